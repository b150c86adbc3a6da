"""Runs side by side: of one recipe or several, unfinished, damaged, the same twice, twenty."""

import json
import math
from html.parser import HTMLParser
from pathlib import Path

import pytest

from deepdive import cli
from deepdive.names import display_width
from deepdive.recipes.comparing import compare, comparison_page, comparison_text
from deepdive.recipes.comparing.page import drawn_metrics, run_curves, same_curves
from deepdive.recipes.comparing.runs import ComparedRun, Comparison, letters
from deepdive.training import Run, RunError
from deepdive.training.records import Record


def make(root, recipe="mlp", *, accuracy=0.5, finished=True, epochs=3, settings=None, **result):
    """A run folder as one that has ended, or not."""
    given = {"epochs": epochs, "data": "digits", "optimizer": {"lr": 0.1, "name": "sgd"}} | (settings or {})
    run = Run.create(recipe, given, root=root)
    lines = [
        {"kind": "epoch", "epoch": i, "step": 10 * i, "val_accuracy": accuracy * i / epochs, "val_loss": 1 / i}
        for i in range(1, epochs + 1)
    ]
    run.metrics_file.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    if finished:
        content = {
            "metrics": {"test_accuracy": accuracy, "train_loss": math.nan},
            "measures": {"test_macro_f1": accuracy / 2},
            "baselines": {"majority class": {"test_accuracy": 0.125}},
            "target": {"metric": "test_accuracy", "value": 0.4},
            "passed": accuracy >= 0.4,
            "seconds": 12.5,
            "parameters": 12345,
        }
        run.write_json("result.json", content | result)
    return run.folder


def rows(text):
    """Lines of the tables by their first words, spaces between columns as one."""
    found = {}
    for line in text.splitlines():
        name, _, cells = (
            line.partition("  ")
            if not line.startswith("  ")
            else ("  " + line.strip().partition("  ")[0], "", line.strip().partition("  ")[2])
        )
        found[name] = cells.split()
    return found


def test_what_differs_and_what_was_measured_stand_side_by_side(tmp_path):
    a = make(tmp_path, accuracy=0.9)
    b = make(tmp_path, accuracy=0.3, settings={"optimizer": {"lr": 0.01, "name": "sgd"}})
    text = comparison_text(compare([a, b]))
    table = rows(text)
    assert table["optimizer.lr"] == ["0.1", "0.01"]
    assert "epochs" not in table
    assert table["test_accuracy"] == ["0.9000*", "0.3000"]
    assert table["  majority class"] == ["0.1250", "0.1250"]
    assert table["test_macro_f1"] == ["0.4500*", "0.1500"]
    assert table["parameters"] == ["12,345", "12,345"]
    assert table["seconds"] == ["12.5", "12.5"]
    assert ": pass" in text
    assert ": MISS" in text


def test_less_is_better_for_an_error(tmp_path):
    folders = [make(tmp_path, metrics={"test_rmse": value}, target=None) for value in (2.0, 1.0)]
    assert rows(comparison_text(compare(folders)))["test_rmse"] == ["2.0000", "1.0000*"]


def test_recipes_that_differ_have_settings_of_their_own(tmp_path):
    a, b = make(tmp_path), make(tmp_path, "lenet", epochs=4, settings={"modern": True})
    found = compare([a, b])
    assert found.differing == {"epochs": [3, 4]}
    assert found.partial == {"B": ["modern"]}
    assert "Only B: modern" in comparison_text(found)


def test_one_that_has_not_ended_is_said_to_be_so(tmp_path):
    a, b = make(tmp_path), make(tmp_path, finished=False, accuracy=0.8)
    empty = make(tmp_path, finished=False)
    (empty / "metrics.jsonl").unlink()
    text = comparison_text(compare([a, b, empty]))
    assert "unfinished, after step 30" in text
    assert "unfinished, nothing is recorded yet" in text
    assert rows(text)["val_accuracy"] == ["-", "0.8000", "-"]


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("run.json", "{"),
        ("run.json", '{"format": 1}'),
        ("result.json", "[]"),
        ("result.json", '{"metrics": 3, "target": null, "seconds": 1}'),
        ("result.json", '{"target": null}'),
        ("metrics.jsonl", "what\n"),
    ],
)
def test_a_damaged_one_is_said_to_be_so_and_the_others_are_compared(tmp_path, file, content):
    a, b, bad = (make(tmp_path) for _ in range(3))
    (bad / file).write_text(content)
    found = compare([a, bad, b])
    assert [run.damaged for run in found.runs] == [False, True, False]
    assert rows(comparison_text(found))["test_accuracy"] == ["0.5000*", "0.5000*"]
    assert "damaged" in comparison_page(found)
    (b / file).write_text(content)
    with pytest.raises(ValueError, match="at least one run must be whole"):
        compare([bad, b])


def test_the_same_one_twice_is_compared_once(tmp_path):
    a, b = make(tmp_path), make(tmp_path)
    found = compare([a, b, a.parent / "." / a.name])
    assert [run.letter for run in found.runs] == ["A", "B"]
    assert "given more than once" in found.notes[0]
    with pytest.raises(ValueError, match="runs must be at least two different ones, got 1"):
        compare([a, a])


def test_what_is_no_run_is_refused(tmp_path):
    a = make(tmp_path)
    with pytest.raises(FileNotFoundError, match="there is no run folder"):
        compare([a, tmp_path / "absent"])
    with pytest.raises(RunError, match=r"is no run folder.*perhaps .* was meant"):
        compare([a, a.parent])


def test_twenty_fit_a_terminal(tmp_path):
    folders = [make(tmp_path, epochs=i, accuracy=i / 100) for i in range(1, 29)]
    text = comparison_text(compare(folders))
    tables = text.partition("Settings that differ")[2]
    assert max(map(len, tables.splitlines())) <= 80
    cells = [cell for line in tables.splitlines() if line.startswith("epochs") for cell in line.split()[1:]]
    assert cells == [str(i) for i in range(1, 29)]
    found = compare(folders)
    assert len(run_curves(found.readable, drawn_metrics(found.readable)).axes) == 2
    assert [each for each, _ in zip(letters(), range(28), strict=False)][-3:] == ["Z", "AA", "AB"]


class Reader(HTMLParser):
    def __init__(self, html):
        super().__init__()
        self.tags, self.text = [], []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)

    def handle_data(self, data):
        self.text.append(data)


def test_names_out_of_data_are_no_markup_in_the_page(tmp_path):
    nasty = "<script>$_$</script>\n'\""
    baselines = {nasty: {"test_accuracy": 0.1}}
    a = make(tmp_path, settings={"data": nasty}, baselines=baselines)
    b = make(tmp_path, settings={"data": "x"}, metrics={nasty: 1.0, "test_accuracy": 0.3})
    page = Reader(comparison_page(compare([a, b])))
    assert "script" not in page.tags
    assert nasty in page.text
    assert "svg" in page.tags


def test_names_out_of_data_move_no_cursor(tmp_path, capsys):
    wild = "a\x1b[2Jb\nc\u202ed"
    one, two = (
        make(
            tmp_path,
            accuracy=value,
            settings={wild: value},
            measures={wild: value},
            baselines={wild: {"test_accuracy": 0.1}},
        )
        for value in (0.5, 0.25)
    )
    text = comparison_text(compare([one, two]))
    assert all(line.isprintable() for line in text.splitlines())
    assert text.count("a?[2Jb?c?d") == 3  # the setting, the measure, the baseline
    status, out, err = run(capsys, one, two, "--json")
    assert (status, err) == (0, "")
    assert out.rstrip("\n").isprintable()
    assert wild in json.loads(out)["runs"][0]["settings"]


def test_columns_stand_below_each_other_where_letters_are_wide(tmp_path):
    folders = [make(tmp_path, settings={"label": each, "咖啡": each * 9}) for each in ("咖", "b")]
    table = comparison_text(compare(folders)).partition("differ\n")[2].partition("\n\n")[0]
    widths = {display_width(line) for line in table.splitlines()}
    assert len(widths) == 1
    assert "咖咖咖咖咖咖咖咖咖" in table


def run(capsys, *words):
    status = cli.main(["compare", *map(str, words)])
    return status, *capsys.readouterr()


def test_the_command_prints_writes_and_refuses(tmp_path, capsys):
    a, b = make(tmp_path / "runs"), make(tmp_path / "runs", finished=False)
    status, out, err = run(capsys, a, b)
    assert (status, err) == (0, "")
    assert "test_accuracy" in out
    status, out, err = run(capsys, a, b, "--json")
    content = json.loads(out)
    assert content["runs"][0]["metrics"]["train_loss"] is None
    assert content["runs"][0]["baselines"] == {"majority class": {"test_accuracy": 0.125}}
    assert content["runs"][1]["state"] == "unfinished, after step 30"
    page = tmp_path / "page.html"
    assert run(capsys, a, b, "--output", page)[:2] == (0, f"{page}\n")
    first = page.read_bytes()
    status, _, err = run(capsys, a, b, "--output", page)
    assert status == 2
    assert "must be a new file" in err
    assert run(capsys, a, b, "--output", page, "--force")[0] == 0
    assert page.read_bytes() == first


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ((), "runs must be at least two run folders, got 0"),
        (("{a}",), "runs must be at least two run folders, got 1"),
        (("{a}", "absent"), "there is no run folder absent"),
        (("{a}", "{b}", "--json", "--output", "x"), "json and output x are both given"),
        (("{a}", "{b}", "--output", "{a}/page.html"), "output must lie outside of run folders"),
        (("{a}", "{b}", "--output", "absent/x.html"), "there is no folder absent"),
    ],
)
def test_mistakes_are_one_line(tmp_path, capsys, words, message):
    a, b = make(tmp_path), make(tmp_path)
    status, out, err = run(capsys, *(word.format(a=a, b=b) for word in words))
    assert (status, out) == (2, "")
    assert err.count("\n") == 1
    assert message in err


@pytest.mark.parametrize(
    ("other", "differing"),
    [
        ({"settings": {"data": "mnist"}}, ["data"]),
        ({"settings": {"target": "price"}}, ["target"]),
        ({"recipe": "lenet", "metrics": {"test_loss": 0.5}}, ["recipe"]),
        ({"recipe": "lenet"}, []),
        ({"settings": {"epochs": 5}}, []),
    ],
)
def test_only_measures_of_one_thing_have_a_best_one(tmp_path, other, differing):
    a, b = make(tmp_path, accuracy=0.9, settings={"target": "kind"}), make(tmp_path, **({"settings": {}} | other))
    found = compare([a, b])
    text = comparison_text(found)
    assert found.incomparable == found.to_json()["incomparable"] == differing
    assert ("0.9000*" in text) == (not differing and "test_accuracy" in found.runs[1].metrics)
    assert ("*" in text) == (not differing) == ("* is the best" in comparison_page(found))
    assert not differing or f"the runs differ in {differing[0]}" in " ".join(text.split())


@pytest.mark.parametrize(
    ("other", "settings", "differing"),
    [
        ("a", {"noise": 0.5}, []),
        ("b", {}, ["the data"]),  # the same path, other contents
        ("b", {"noise": 0.5}, ["the data"]),
        ("b", {"data": "mnist"}, ["data"]),
        (None, {}, []),
    ],
)
def test_runs_of_one_recipe_on_other_data_have_no_best_one(tmp_path, other, settings, differing):
    a, b = make(tmp_path, accuracy=0.9), make(tmp_path, settings=settings)
    for folder, fingerprint in ((a, "a"), (b, other)):
        if fingerprint:
            (folder / "inputs.json").write_text(json.dumps({"metadata": None, "fingerprint": fingerprint}))
    found = compare([a, b])
    text = " ".join(comparison_text(found).split())
    assert found.incomparable == found.to_json()["incomparable"] == differing
    assert ("0.9000*" in text) == (not differing)
    for shown in (text, comparison_page(found)):
        assert ("none is marked as the best: the data differ" in shown) == (differing == ["the data"])


def test_curves_that_are_the_same_are_named_and_drawn_dashed():
    def of(letter, *losses):
        records = [Record("epoch", i, i, {"val_loss": loss}) for i, loss in enumerate(losses, start=1)]
        return ComparedRun(letter, Path(letter), records=records)

    runs = of("A", 3.0, 2.0), of("B", 3.0, 1.0), of("C", 3.0, 2.0), ComparedRun("D", Path("D")), of("E", 3.0, 2.0)
    assert same_curves(Comparison(runs)) == [["A", "C", "E"]]
    [axes] = run_curves(runs, ["val_loss"]).axes
    assert [line.get_linestyle() for line in axes.lines] == ["-", "-", "--", ":"]
