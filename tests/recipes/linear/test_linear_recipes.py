"""Recipes on data with a known truth: what they learn, and that a killed run goes on as if nothing had happened."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch

from deepdive.recipes import load_recipe
from deepdive.recipes.comparing import compare
from deepdive.recipes.linear import polynomial_experiment
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import Trainer
from deepdive.training.listeners import MetricsFile

NAMES = ("linear-regression", "polynomial", "weight-decay")


def settings_of(name, preset="smoke", **changes):
    recipe = load_recipe(name)
    return recipe, with_preset(recipe.settings_type, recipe.presets[preset] | changes)


def run(name, root, **changes):
    recipe, settings = settings_of(name, **changes)
    return runner.start(recipe, settings, preset="smoke", root=root, console=False)


@pytest.fixture(scope="module", params=NAMES)
def finished(request, tmp_path_factory):
    return run(request.param, tmp_path_factory.mktemp("runs"))


def test_a_smoke_run_reaches_its_target_and_reports(finished):
    assert finished.passed
    report = (finished.run.folder / "report.html").read_text()
    assert "<svg" in report
    titles = {"linear-regression": "Weights", "polynomial": "Choice of the degree", "weight-decay": "Decay"}
    assert titles[finished.run.recipe] in report


@pytest.mark.parametrize(("changes", "same"), [({"noise": 0.3}, False), ({"epochs": 7}, True), ({"rows": 40}, False)])
def test_runs_are_comparable_where_the_rows_are_the_same(finished, tmp_path, changes, same):
    other = run(finished.run.recipe, tmp_path, **changes)
    assert (compare([finished.run.folder, other.run.folder]).incomparable == []) == same


class Killed(BaseException):
    pass


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("lines", [3, 25])
@pytest.mark.slow
def test_a_killed_run_goes_on_bit_for_bit(name, lines, tmp_path, monkeypatch):
    whole = run(name, tmp_path / "whole", epochs=10)
    original, written = MetricsFile.record, 0

    def record(self, one):
        nonlocal written
        if written == lines:
            raise Killed
        written += 1
        original(self, one)

    monkeypatch.setattr(MetricsFile, "record", record)
    try:
        run(name, tmp_path / "killed", epochs=10)
    except Killed:
        monkeypatch.undo()
        [folder] = (tmp_path / "killed" / name).iterdir()
        again = runner.resume(folder, console=False)
        assert again.metrics == whole.metrics
        assert (folder / "metrics.jsonl").read_bytes() == whole.run.metrics_file.read_bytes()
    else:
        assert lines > 10, "the run ended before it could be killed"


def test_both_toolkits_make_the_same_steps(tmp_path):
    sides = []
    for toolkit in ("torch", "scratch"):
        recipe, settings = settings_of("linear-regression", "quick", toolkit=toolkit, log_every=1, epochs=2)
        experiment = recipe.build(settings)
        experiment.prepare()
        session = experiment.trainer.session(experiment.task, experiment.data)
        path = [
            torch.cat([p.detach().reshape(-1) for p in experiment.task.network.parameters()])
            for record in session
            if record.kind == "train"
        ]
        sides.append(torch.stack(path))
    assert len(sides[0]) == 64
    torch.testing.assert_close(sides[0], sides[1], rtol=0, atol=2e-5)


def test_linear_regression_recovers_the_truth_and_predicts(tmp_path):
    outcome = run("linear-regression", tmp_path, epochs=10, rows=1000)
    assert outcome.metrics["weight_error"] < 4 * 0.01 / 1000**0.5
    assert outcome.metrics["closed_form_gap"] < 2e-3
    assert outcome.metrics["test_rmse"] == pytest.approx(0.01, rel=0.1)
    (tmp_path / "new.csv").write_text("x2,x1\n0,0\n1,0\n0,1\n")
    [said] = runner.predict(outcome.run.folder, [tmp_path / "new.csv"])
    assert said.columns["y"] == pytest.approx([4.2, 0.8, 6.2], abs=0.01)
    for content, message in (("x1\n1\n", "has no column 'x2'"), ("x1,x2\n1,\n2,3\n", "a value is missing in x1, x2")):
        (tmp_path / "bad.csv").write_text(content)
        with pytest.raises(ValueError, match=rf"bad\.csv: .*{message}"):
            runner.predict(outcome.run.folder, [tmp_path / "bad.csv"])


def test_linear_regression_on_a_table_of_ones_own(tmp_path):
    rows = [f"{i % 7},{(i * i) % 11},{2 * (i % 7) - (i * i) % 11 + 5}" for i in range(200)]
    (tmp_path / "own.csv").write_text("a,b,price\n" + "\n".join(rows) + "\n")
    outcome = run(
        "linear-regression", tmp_path, data=str(tmp_path / "own.csv"), target="price", epochs=60, log_features=False
    )
    assert outcome.target is None
    assert outcome.metrics["test_rmse"] < 0.05


def test_hidden_layers_are_no_linear_regression():
    with pytest.raises(ValueError, match="LinearRegressionSettings has no setting hidden"):
        settings_of("linear-regression", hidden=[8])


@pytest.mark.parametrize("momentum", [0.0, 0.9])
@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
def test_penalty_and_optimizer_make_the_same_steps(momentum, toolkit):
    """Rounding apart, which double precision shows to be rounding."""
    recipe, settings = settings_of("weight-decay", "quick", toolkit=toolkit)
    settings = replace(settings, optimizer=replace(settings.optimizer, momentum=momentum))
    experiment = recipe.build(settings)
    experiment.prepare()
    data = experiment.data
    data.train, data.val = (tuple(field.double() for field in part) for part in (data.train, data.val))
    sides = []
    for form in ("penalty", "optimizer"):
        task, rows = experiment._parts(form)
        session = Trainer(epochs=25, log_every=1, device="cpu").session(task.double(), rows)
        weight = task.network.net.weight
        sides.append(torch.stack([weight.detach().clone() for record in session if record.kind == "train"]))
    assert len(sides[0]) == 100
    torch.testing.assert_close(sides[0], sides[1], rtol=0, atol=1e-14)
    assert sides[0][-1].norm() > 0


@pytest.mark.slow
def test_decay_holds_the_weights_back(tmp_path):
    outcome = run("weight-decay", tmp_path, epochs=40)
    assert outcome.metrics["val_ratio"] < 0.8
    assert outcome.metrics["forms_apart"] < 1e-6
    assert outcome.metrics["none_train_rmse"] < outcome.metrics["penalty_train_rmse"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"optimizer": {"name": "adam"}},
            "optimizer.name must be 'sgd', .*, got 'adam'",
        ),
        ({"optimizer": {"weight_decay": 0.1}}, r"optimizer.weight_decay must be 0 \(set decay instead\), got 0.1"),
        ({"decay": -1.0}, "decay must be from 0 to 1000, got -1.0"),
    ],
)
def test_bad_settings_of_weight_decay_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        settings_of("weight-decay", **changes)


def test_bad_settings_of_polynomial_are_named():
    for changes, message in (
        ({"folds": 101}, "folds must be at most the number of rows, 100, got 101"),
        ({"max_degree": 0}, "max_degree must be from 1 to 100, got 0"),
        ({"compared": [0]}, r"compared must be 1 or more integers from 1 to 100, got \(0,\)"),
    ):
        with pytest.raises(ValueError, match=message):
            settings_of("polynomial", **changes)


@pytest.mark.parametrize("name", ["polynomial", "weight-decay"])
def test_made_up_rows_predict_nothing(name, tmp_path):
    outcome = run(name, tmp_path)
    with pytest.raises(ValueError, match=f"the recipe {name} learns from made-up data; there is nothing to predict"):
        runner.predict(outcome.run.folder, [tmp_path / "x.csv"])


def test_a_damaged_result_of_a_training_is_named(tmp_path):
    from deepdive.training import RunError

    outcome = run("weight-decay", tmp_path)
    (outcome.run.folder / "result.json").unlink()
    (outcome.run.folder / "training_runs" / "none.json").write_text(json.dumps({"metrics": 3}))
    with pytest.raises(RunError, match=r"none\.json is damaged"):
        runner.resume(outcome.run.folder, console=False)


def test_the_figure_of_fits_shows_the_truth_that_the_rows_are_made_of(tmp_path, monkeypatch):
    """Rows without noise lie on it, and the fit of its own degree, too."""
    shown = []
    original = polynomial_experiment.fitted_curves
    monkeypatch.setattr(polynomial_experiment, "fitted_curves", lambda *each: (shown.append(each), original(*each))[1])
    run("polynomial", tmp_path, noise=0.0, epochs=1)
    [(x, y, grid, truth, fits)] = shown
    inner = (x > grid[0]) & (x < grid[-1])
    drawn = np.interp(x[inner], grid, truth)
    np.testing.assert_allclose(drawn, y[inner], atol=0.01)
    torch.testing.assert_close(fits["degree 3"], truth, atol=1e-4, rtol=1e-4)


def test_the_experiment_of_decay_is_that_of_d2l():
    """D2L 3.7: 200 inputs of weight 0.01, 20 rows to learn from and 100 to validate on."""
    recipe = load_recipe("weight-decay")
    experiment = recipe.build(with_preset(recipe.settings_type, recipe.presets["book"]))
    experiment.prepare()
    x, y = experiment.data.val
    assert experiment.data.train[0].shape == (20, 200)
    assert x.shape == (100, 200)
    torch.testing.assert_close(y, 0.01 * x.sum(1, keepdim=True) + 0.05, atol=0.05, rtol=0)
