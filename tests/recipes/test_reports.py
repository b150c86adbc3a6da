"""A result is safe before its report is made; a report that failed is made alone; no name out of data breaks one."""

import json
import re
import signal

import numpy as np
import polars as pl
import pytest
from PIL import Image

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.recipes.tabular.experiment import TableExperiment
from deepdive.training import Run, RunError, Task, TrainingInterrupted
from deepdive.training.loop.step import Stepper

pytestmark = pytest.mark.usefixtures("without_shape_checks")
HOSTILE = ["$_$", "price on_sale=1", "url(x", "<b>&\"'", "[red]", "_u", "true"]


def begin(root, recipe, **settings):
    found = load_recipe(recipe)
    return runner.start(found, with_preset(found.settings_type, settings), preset="quick", root=root, console=False)


def small_table(folder, names=("$_$", "x", "cost_$_in_$")):
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(2, 60))
    path = folder / "table.csv"
    pl.DataFrame(dict(zip(names, (a, b, a - 2 * b), strict=True))).write_csv(path)
    return path


def fails(*_):
    raise KeyError("a fault\nof ours \x1b[31m")


def table_run(root, **settings):
    path = small_table(root)
    words = {"target": "cost_$_in_$", "epochs": 2, "hidden": [4], "batch_size": 16} | settings
    return begin(root / "my runs $x", "table", data=str(path), **words)


def test_the_title_speaks_of_other_data_by_their_name(tmp_path):
    [report] = [each.read_text(encoding="utf-8") for each in table_run(tmp_path).run.folder.glob("report.html")]
    assert "<title>table on table.csv</title>" in report


@pytest.fixture
def failed(tmp_path, monkeypatch, capsys):
    """A run whose report failed, in a folder that must be quoted; what was said."""
    with monkeypatch.context() as patch:
        patch.setattr(TableExperiment, "sections", fails)
        outcome = table_run(tmp_path)
    said = [line for line in capsys.readouterr().err.splitlines(keepends=True) if not line.startswith("note: ")]
    return outcome, "".join(said)


def test_a_report_that_fails_costs_no_result(failed):
    outcome, err = failed
    folder = outcome.run.folder
    assert json.loads((folder / "result.json").read_text())["metrics"] == outcome.metrics
    assert not (folder / "report.html").exists()
    assert err.count("\n") == 1
    assert err.startswith("deepdive: the report could not be made (KeyError: 'a fault")
    assert f"the result is safe in {folder / 'result.json'}; make the report with: deepdive resume '{folder}'" in err
    assert "\x1b" not in err


def test_a_resume_makes_the_report_alone(failed, monkeypatch):
    outcome, _ = failed
    folder = outcome.run.folder
    kept = {path: path.read_bytes() for path in folder.rglob("*.json*")} | {
        path: path.read_bytes() for path in folder.rglob("*.safetensors")
    }
    monkeypatch.setattr(Stepper, "update", fails)
    monkeypatch.setattr(Task, "validation_step", fails)
    again = runner.resume(folder, console=False)
    assert again.problem == ""
    assert again.metrics == outcome.metrics
    assert again.verdict.rpartition(",")[0] == outcome.verdict.rpartition(",")[0]
    assert "cost_$_in_$" in (folder / "report.html").read_text()
    assert {path: path.read_bytes() for path in kept} == kept
    with pytest.raises(RunError, match="has ended already; start a new run with: deepdive run table"):
        runner.resume(folder, console=False)


def test_a_damaged_result_is_said_to_be_one(failed):
    outcome, _ = failed
    (outcome.run.folder / "result.json").write_text('{"metrics": 3}')
    with pytest.raises(RunError, match=r"result\.json is damaged"):
        runner.resume(outcome.run.folder, console=False)


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_during_the_report_leaves_the_result(tmp_path, monkeypatch, number):
    with monkeypatch.context() as patch:
        patch.setattr(TableExperiment, "sections", lambda *_: signal.raise_signal(number))
        with pytest.raises(
            TrainingInterrupted, match=r"stopped by signal \d+; go on with: deepdive resume '"
        ) as caught:
            table_run(tmp_path, epochs=1)
    assert caught.value.signal == number
    [folder] = (tmp_path / "my runs $x" / "table").iterdir()
    assert Run.open(folder).result is not None
    assert runner.resume(folder, console=False).problem == ""


@pytest.mark.parametrize(
    ("recipe", "settings", "never"),
    [
        ("polynomial", {"epochs": 1, "max_degree": 2}, "linear.polynomial_experiment.cross_validation"),
        ("kernel-regression", {}, "attention.experiment.learn_bandwidth"),
        pytest.param("sequence-costs", {}, "series.costs.experiment.measure", marks=pytest.mark.slow),
    ],
)
@pytest.mark.slow
def test_what_was_measured_is_not_measured_again(tmp_path, monkeypatch, recipe, settings, never):
    outcome = begin(tmp_path, recipe, **(settings or load_recipe(recipe).presets["smoke"]))
    assert outcome.problem == ""
    report = outcome.run.folder / "report.html"
    first = report.read_bytes()
    report.unlink()
    monkeypatch.setattr(f"deepdive.recipes.{never}", fails)
    assert runner.resume(outcome.run.folder, console=False).problem == ""
    ours, theirs = (each.partition(b"<section>")[2] for each in (report.read_bytes(), first))
    assert ours == theirs


@pytest.mark.parametrize("classes", [[0, 1], [1, 2, 3, 4, 5], [0.5, 1, 2]])
def test_classes_that_are_numbers_have_a_report(tmp_path, classes):
    generator = np.random.default_rng(0)
    row, x = generator.normal(size=(2, 90))
    pl.DataFrame({"row": row, "x": x, "y": classes * (90 // len(classes))}).write_csv(tmp_path / "table.csv")
    words = {"data": str(tmp_path / "table.csv"), "target": "y", "kind": "classification", "ignore": ["row"]}
    outcome = begin(tmp_path / "runs", "table", epochs=1, hidden=[4], **words)
    assert outcome.problem == ""
    held = pl.read_csv(outcome.run.folder / "test-rows.csv")
    assert held.columns == ["row_", "row", "true", "predicted"]
    page = (outcome.run.folder / "report.html").read_text().partition("Scores by class")[2].partition("</table>")[0]
    *support, macro, weighted = [int(cell) for cell in re.findall(r'<td class="number">(\d+)</td>', page)]
    assert len(support) == len(classes)
    assert sum(support) == macro == weighted == held.height


def test_class_folders_of_any_name_have_a_report(tmp_path):
    generator = np.random.default_rng(0)
    names = [*HOSTILE, "a\nb", "\x1b[31m", "ü" * 100]
    for name in names:
        (tmp_path / "data" / name).mkdir(parents=True)
        for i in range(4):
            pixels = generator.integers(0, 255, (28, 28), dtype=np.uint8)
            Image.fromarray(pixels).save(tmp_path / "data" / name / f"{i}.png")
    words = {"architecture": "lenet", "epochs": 1, "image_size": 28, "validation": 0, "augment": {"crop": 0}}
    outcome = begin(tmp_path / "runs", "image-folder", data=str(tmp_path / "data"), **words)
    assert outcome.problem == ""
    [first, *_] = runner.predict(outcome.run.folder, [tmp_path / "data"])
    assert first.label in names


def test_outputs_of_any_name_have_a_report(tmp_path):
    generator, names = np.random.default_rng(0), ["items", "$_$", "a.b", "training", "x"]
    pl.DataFrame({name: generator.normal(size=60) for name in names}).write_csv(tmp_path / "table.csv")
    targets = names[:-1]
    words = {"data": str(tmp_path / "table.csv"), "targets": targets, "weights": [1.0] * 4, "epochs": 1}
    outcome = begin(tmp_path / "runs", "multi-output", hidden=[4], **words)
    assert outcome.problem == ""
    assert {f"test_{name}_rmse" for name in targets} <= outcome.metrics.keys()
    [told] = runner.predict(outcome.run.folder, [tmp_path / "table.csv"])
    assert list(told.columns) == ["row", *targets]
