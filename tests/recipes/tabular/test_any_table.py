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


def in_parts(folder, columns="x,y", **sizes):
    """Files with rows of their own: numbers count on from file to file."""
    numbers = iter(range(10_000))
    for name, size in sizes.items():
        rows = (f"{next(numbers)},{'ab'[i % 2]}" for i in range(size))
        (folder / f"{name}.csv").write_text("\n".join([columns, *rows]) + "\n")
    return folder


def of_folder(folder, **changes):
    experiment = load_recipe("table").build(settings_for(folder, "table", target="y", ignore=[], **changes))
    experiment.prepare()
    return experiment


@pytest.mark.parametrize(
    ("sizes", "dealt"),
    [
        ({"train": 40, "test": 10}, (36, 4, 10)),  # a tenth of the training rows is validated on
        ({"test_set": 7, "Training": 30, "valid": 5}, (30, 5, 7)),
        ({"train": 20, "val": 6}, (20, 6, 0)),
    ],
)
def test_files_of_a_folder_are_the_parts(tmp_path, sizes, dealt, capsys):
    experiment = of_folder(in_parts(tmp_path, **sizes))
    [rows] = experiment.folds
    assert (len(rows.train), len(rows.val), len(rows.test)) == dealt
    begins, at = {}, 0
    for name, size in sizes.items():
        begins[name], at = (at, at + size), at + size
    name = next(iter(name for name in sizes if name.startswith("test")), None)
    tested = experiment.table["x"].gather(rows.test.tolist()).to_list()
    assert tested == ([] if name is None else [*range(*begins[name])])
    assert "is learnt from" in capsys.readouterr().err


def test_rows_without_a_target_and_rows_of_two_parts_are_told(tmp_path, capsys):
    in_parts(tmp_path, train=20, test=6)
    (tmp_path / "train.csv").write_text((tmp_path / "train.csv").read_text() + "77,\n21,b\n")
    [rows] = of_folder(tmp_path, validation=0.0).folds
    assert (len(rows.train), len(rows.test)) == (21, 6)
    told = capsys.readouterr().err
    assert "1 row without 'y' left out" in told
    assert "1 of 6 rows of the test set are also in the training set" in told


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("x\n1\n", r"test\.csv must have the columns of train\.csv, but lacks 'y'; or name train\.csv alone"),
        ("x,z,y\n1,2,a\n", r"train\.csv must have the columns of test\.csv, but lacks 'z'"),
        ("x,y\nfew,a\n", r"column 'x' must be of one kind, but test\.csv has words there and train\.csv numbers"),
    ],
)
def test_files_with_other_columns_are_refused(tmp_path, content, message):
    in_parts(tmp_path, train=20)
    (tmp_path / "test.csv").write_text(content)
    with pytest.raises(ValueError, match=message):
        of_folder(tmp_path)


def test_parts_are_not_dealt_out_again(tmp_path):
    with pytest.raises(ValueError, match=r"folds must be 1 where files are the parts of .*, got 5"):
        of_folder(in_parts(tmp_path, train=20, test=6), folds=5)
    (tmp_path / "other").mkdir()
    with pytest.raises(ValueError, match="must hold a file to learn from, called train"):
        of_folder(in_parts(tmp_path / "other", notes=3))
