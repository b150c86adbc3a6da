"""From a run to its report: baselines in result, verdict and header; what goes wrong with them costs no result."""

import json
import math
import re
import signal

import numpy as np
import polars as pl
import pytest

from deepdive.recipes import load_recipe
from deepdive.recipes.reports import ClassEvaluation, NumberEvaluation
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import TrainingInterrupted

pytestmark = pytest.mark.usefixtures("without_shape_checks")
HOSTILE = "<b>$y_$"


def table(folder, *, classes=None, n=200):
    """A target that follows from two columns, or one that is cut into classes."""
    generator = np.random.default_rng(0)
    a, b = generator.normal(size=(2, n))
    y = 40 * a - 15 * b + 300 + generator.normal(size=n)
    target = y if classes is None else [classes[min(len(classes) - 1, int(v))] for v in (y - 230) / 60 + 0.5]
    pl.DataFrame({"a": a, "<i>b": b, HOSTILE: target}).write_csv(folder / "table.csv")
    return folder / "table.csv"


def run(root, path, *, preset="quick", **settings):
    recipe = load_recipe("table")
    words = {"data": str(path), "target": HOSTILE, "epochs": 2, "hidden": [8], "batch_size": 32} | settings
    return runner.start(recipe, with_preset(recipe.settings_type, words), preset=preset, root=root, console=False)


def result_of(outcome):
    return json.loads((outcome.run.folder / "result.json").read_text())


def page_of(outcome):
    return (outcome.run.folder / "report.html").read_text(encoding="utf-8")


def headings(page):
    return re.findall(r"<h2>(.*?)</h2>", page)


def test_a_regression_stands_beside_its_baselines(tmp_path):
    outcome = run(tmp_path / "runs", table(tmp_path))
    result, page = result_of(outcome), page_of(outcome)
    assert list(result["baselines"]) == ["mean", "linear regression", "gradient-boosted trees"]
    assert result["measures"]["test_rmse"] == pytest.approx(outcome.metrics["test_rmse"], rel=1e-5)
    line = result["baselines"]["linear regression"]["test_rmse"]
    assert line == min(each["test_rmse"] for each in result["baselines"].values())
    assert line < 2 < outcome.metrics["test_rmse"]  # two epochs are few
    assert f", worse than the baseline linear regression ({line:.4f})" in outcome.verdict
    assert result["strongest_baseline"] == {
        "name": "linear regression", "metric": "test_rmse", "value": line, "network": outcome.metrics["test_rmse"],
        "network_is_better": False,
    }  # fmt: skip
    assert "the baseline wins: linear regression" in page
    assert "The strongest baseline (linear regression) is better than the network by" in page
    assert {"Metrics and baselines", "Errors", "Largest errors"} <= set(headings(page))
    assert "The loss is the mean squared error of the standardised target" in page
    assert "<b>" not in page
    assert "<i>" not in page
    assert not re.search(r"functools\.partial|&lt;lambda&gt;", page)


def test_a_classifier_stands_beside_its_baselines(tmp_path):
    outcome = run(tmp_path / "runs", table(tmp_path, classes=["<low>", "$mid$", "high"]))
    assert list(result_of(outcome)["baselines"]) == [
        "majority class",
        "logistic regression",
        "gradient-boosted trees",
    ]
    page = page_of(outcome)
    assert {"Confusion", "Scores by class", "Calibration", "Most confident errors"} <= set(headings(page))
    assert "<low>" not in page


def test_folds_have_baselines_of_all_rows(tmp_path):
    outcome = run(tmp_path / "runs", table(tmp_path), folds=2, validation=0)
    result = result_of(outcome)
    assert result["measures"]["test_rmse"] == pytest.approx(outcome.metrics["test_rmse"], rel=1e-4)
    assert "Of 200 rows" in page_of(outcome)


def test_without_test_rows_the_validation_rows_are_shown(tmp_path):
    outcome = run(tmp_path / "runs", table(tmp_path), test=0)
    assert "val_rmse" in result_of(outcome)["baselines"]["mean"]
    assert run(tmp_path / "runs", table(tmp_path), test=0, validation=0).baselines == {}


def test_the_preset_smoke_fits_no_others(tmp_path):
    outcome = run(tmp_path / "runs", table(tmp_path), preset="smoke")
    assert list(outcome.baselines) == ["mean", "linear regression"]
    assert "The preset smoke fits no other model" in page_of(outcome)


def test_a_baseline_that_fails_costs_neither_result_nor_report(tmp_path, monkeypatch, capsys):
    def fails(*_, **__):
        raise KeyError("a fault\nof ours")

    monkeypatch.setattr(NumberEvaluation, "baselines", fails)
    outcome = run(tmp_path / "runs", table(tmp_path))
    err = capsys.readouterr().err
    assert "deepdive: baselines and scores could not be measured (KeyError: 'a fault" in err
    assert result_of(outcome)["metrics"] == outcome.metrics
    assert "They could not be measured: KeyError" in page_of(outcome)


@pytest.mark.parametrize("kind", [NumberEvaluation, ClassEvaluation])
def test_a_run_that_is_stopped_within_its_baselines_gets_the_same_report(tmp_path, monkeypatch, kind):
    path = table(tmp_path, classes=None if kind is NumberEvaluation else ["a", "b", "c"])
    whole = run(tmp_path / "whole", path)
    with monkeypatch.context() as patch:
        patch.setattr(kind, "baselines", lambda *_, **__: signal.raise_signal(signal.SIGTERM))
        with pytest.raises(TrainingInterrupted):
            run(tmp_path / "stopped", path)
    [folder] = (tmp_path / "stopped" / "table").iterdir()
    assert json.loads((folder / "result.json").read_text())["metrics"] == whole.metrics
    again = runner.resume(folder, console=False)
    assert again.baselines == whole.baselines
    assert {**result_of(again), "seconds": 0, "verdict": ""} == {**result_of(whole), "seconds": 0, "verdict": ""}
    ours, theirs = (
        page.partition("<section>")[2].replace(str(each.run.folder), "").partition("What you can do")[0]
        for each in (again, whole)
        for page in [page_of(each)]
    )
    assert ours == theirs


def test_a_network_that_predicts_no_numbers_has_a_report(tmp_path, monkeypatch):
    from deepdive.recipes.tabular.ensemble import Member

    found = Member.outputs
    monkeypatch.setattr(Member, "outputs", lambda self, *words: found(self, *words) * math.nan)
    outcome = run(tmp_path / "runs", table(tmp_path))
    assert outcome.problem == ""
    assert "predictions are not finite" in page_of(outcome)
    assert math.isnan(result_of(outcome)["measures"]["test_rmse"])
