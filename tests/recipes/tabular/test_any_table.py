"""Any table: how its target is learnt, what is ignored, and which flags messages name."""

import csv

import pytest

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

from .conftest import settings_for, start


def predicted(folder, *files):
    return runner.predict(folder, list(files))


def labelled(path, values, extra=None):
    """A table of one number and one word, and a target that follows from the number."""
    lines = [f"x,w,{'n,' if extra else ''}y"]
    for i, value in enumerate(values):
        lines.append(f"{i / 7:.3f},{'ab'[i % 2]},{f'{extra[i]},' if extra else ''}{value}")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("values", "note"),
    [
        ([int(i > 30) for i in range(60)], "2 values, 0 and 1: learnt as classes; --kind regression for numbers"),
        ([i > 30 for i in range(60)], "2 values, False and True: learnt as classes"),
        ([1 + i // 20 for i in range(60)], "3 values, 1, 2 and 3: learnt as classes; --kind regression for numbers"),
        ([i // 2 for i in range(60)], "30 different numbers: learnt as numbers; --kind classification for classes"),
    ],
)
def test_the_kind_of_the_target_is_said(tmp_path, values, note, capsys):
    path = labelled(tmp_path / "t.csv", values)
    experiment = load_recipe("table").build(settings_for(path, "table", target="y", ignore=[]))
    experiment.prepare()
    assert f"note: target 'y' has {note}\n" in capsys.readouterr().err
    assert bool(experiment.data.labels) == ("as classes" in note)
    told = load_recipe("table").build(settings_for(path, "table", target="y", ignore=[], kind="classification"))
    told.prepare()
    assert "learnt as" not in capsys.readouterr().err


def test_classes_that_are_numbers_keep_their_names_to_the_end(tmp_path):
    path = labelled(tmp_path / "t.csv", [int(i > 60) for i in range(120)])
    outcome = start(path, tmp_path, "table", target="y", ignore=[], epochs=20)
    rows = list(csv.DictReader((outcome.run.folder / "test-rows.csv").read_text().splitlines()))
    assert {row["true"] for row in rows} == {row["predicted"] for row in rows} == {"0", "1"}
    [prediction] = predicted(outcome.run.folder, path)
    assert set(prediction.columns["y"]) == {"0", "1"}


def test_ignored_columns_may_hold_anything(tmp_path):
    values = [int(i > 30) for i in range(60)]
    odd = ["x9", "007", "", "inf", "1e999", "<b>", '"a""b"', "9007199254740993", "NA", "5 %"] * 6
    path = labelled(tmp_path / "t.csv", values, extra=odd)
    plain = labelled(tmp_path / "p.csv", values)
    found = []
    for each, ignore in ((path, ["n"]), (plain, [])):
        outcome = start(each, tmp_path, "table", target="y", ignore=ignore)
        found.append(outcome.metrics)
        [prediction] = predicted(outcome.run.folder, each)
        assert set(prediction.columns["y"]) <= {"0", "1"}
    assert found[0] == found[1]
    with pytest.raises(ValueError, match="mixes numbers and words") as caught:
        start(labelled(path, values, extra=["1", "2", "x"] * 20), tmp_path, "table", target="y", ignore=[])
    assert str(caught.value).endswith("leave it out: --ignore n, or declare it: --categorical n")


@pytest.mark.parametrize(
    ("values", "changes", "message"),
    [
        (["yes"] * 60, {}, "must have two values or more, got 'yes' in every row; predict another column: --target"),
        ([f"n{i}" for i in range(60)], {}, "must have rows of the same class, got another value in every row"),
        (["a", "b"] * 30, {"kind": "regression"}, "must hold numbers for --kind regression, got words such as 'a'"),
        ([i / 7 for i in range(60)], {"kind": "classification"}, "learn numbers: --kind regression"),
    ],
)
def test_a_target_that_cannot_be_learnt_is_refused_with_the_flag_that_helps(tmp_path, values, changes, message):
    path = labelled(tmp_path / "t.csv", values)
    with pytest.raises(ValueError, match=message):
        load_recipe("table").build(settings_for(path, "table", target="y", ignore=[], **changes)).prepare()


def test_delimiters_headers_and_parts_name_their_flags(tmp_path):
    path = tmp_path / "t.csv"
    for content, message in (
        ("a;b,c;y\n" + "".join(f"{i};{i},{i};{i % 2}\n" for i in range(50)), "or name it: --delimiter, one of comma"),
        ("1,2\n" + "".join(f"{i},{i % 2}\n" for i in range(50)), "give the names of the columns: --columns"),
        ("a,split,y\n" + "".join(f"{i},{'train' if i % 3 else 'test'},{i % 2}\n" for i in range(50)), "--ignore split"),
    ):
        path.write_text(content)
        with pytest.raises(ValueError, match=message):
            load_recipe("table").build(settings_for(path, "table", target="y", ignore=[])).prepare()


def test_a_small_table_gets_more_steps_and_dropout_unless_others_are_given():
    settings = load_recipe("table").settings_type()
    few, many = settings.suited(4999), settings.suited(5000)
    assert ((few.batch_size, few.dropout), (many.batch_size, many.dropout)) == ((64, 0.5), (256, 0.0))
    given = with_preset(load_recipe("table").settings_type, {"batch_size": 7, "dropout": 0.0}).suited(10)
    assert (given.batch_size, given.dropout) == (7, 0.0)


def test_a_folder_of_parts_is_no_table_and_the_message_says_what_to_name(tmp_path):
    for part in ("train", "test"):
        labelled(tmp_path / f"{part}.csv", [i % 2 for i in range(60)])
    with pytest.raises(
        ValueError, match=r"is a folder; a table is a file: .* its train\.csv, .* by --test and --valid"
    ):
        load_recipe("table").build(settings_for(tmp_path, "table", target="y", ignore=[])).prepare()
