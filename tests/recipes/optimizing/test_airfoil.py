"""Minibatches of any size: all forms take the same steps, and the losses are those of the book."""

from dataclasses import replace
from unittest.mock import patch

import numpy as np
import polars as pl
import pytest
import torch
from torch import nn

from deepdive.data.tables.builtin import TABLES
from deepdive.recipes import load_recipe
from deepdive.recipes.optimizing.airfoil import forms
from deepdive.recipes.optimizing.airfoil.forms import FORMS, half_squared_loss
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import TrainingInterrupted

pytestmark = pytest.mark.usefixtures("without_shape_checks")
RECIPE = load_recipe("airfoil")


def settings(**changes):
    return with_preset(RECIPE.settings_type, {**RECIPE.presets["smoke"], **changes})


def made_up(n=23, width=3):
    draw = torch.Generator().manual_seed(1)
    return tuple(torch.randn(*shape, generator=draw, dtype=torch.float64) for shape in ((n, width), (n,), (width + 1,)))


@pytest.mark.parametrize("batch_size", [1, 4, 23])
@pytest.mark.parametrize("form", FORMS)
def test_two_passes_are_those_of_gradients_by_numpy(form, batch_size):
    x, y, theta = (each.float() for each in made_up())
    descent = FORMS[form](x, y, theta, batch_size=batch_size, lr=0.1)
    orders = [torch.randperm(23, generator=torch.Generator().manual_seed(i)) for i in range(2)]
    for order in orders:
        evaluations = list(descent.epoch(order, evaluations=4))
    assert evaluations[-1][0] == -(-23 // batch_size)
    assert [step for step, _, _ in evaluations] == sorted({step for step, _, _ in evaluations})
    ones = np.hstack([x.double().numpy(), np.ones((23, 1))])
    expected = theta.double().numpy()
    for order in orders:
        for i in range(0, 23, batch_size):
            rows = order[i : i + batch_size].numpy()
            residuals = ones[rows] @ expected - y.double().numpy()[rows]
            expected = expected - 0.1 * ones[rows].T @ residuals / len(rows)
    np.testing.assert_allclose(descent.theta.numpy(), expected, rtol=1e-4, atol=1e-5)
    loss = np.square(ones @ expected - y.double().numpy()).mean() / 2
    assert evaluations[-1][2] == pytest.approx(loss, rel=1e-4)


def test_the_loss_is_half_of_the_librarys():
    x, y, theta = made_up()
    expected = nn.functional.mse_loss(x @ theta[:-1] + theta[-1], y) / 2
    assert half_squared_loss(theta, x, y) == pytest.approx(float(expected))


def test_the_clock_stands_still_while_the_loss_is_evaluated(monkeypatch):
    now = [0.0]

    def passes(seconds):
        now[0] += seconds

    class Slow(FORMS["vectorised"]):
        def steps(self, order):
            for _ in super().steps(order):
                passes(1.0)
                yield

    monkeypatch.setattr(forms.time, "perf_counter", lambda: now[0])
    monkeypatch.setattr(forms, "half_squared_loss", lambda *parts: passes(50.0) or 0.25)
    x, y, theta = (each.float() for each in made_up())
    found = list(Slow(x, y, theta, batch_size=4, lr=0.1).epoch(torch.arange(23), evaluations=3))
    assert found == [(2, 2.0, 0.25), (4, 4.0, 0.25), (6, 6.0, 0.25)]


def linear_rows():
    """Six columns in units of their own, the last a linear function of the others and noise."""
    draw = np.random.default_rng(0)
    x = draw.normal(size=(1503, 5)) * [1e3, 5, 0.1, 20, 1e-2] + [3e3, 7, 0.1, 50, 1e-2]
    y = 120 + (x - x.mean(0)) / x.std(0) @ [-4.0, -2.0, -2.5, 1.5, -3.0] + draw.normal(size=1503) * 5
    return np.column_stack([x, y])


@pytest.fixture(scope="module", autouse=True)
def table():
    """The table, without a fetch."""
    frame = pl.DataFrame(linear_rows(), schema=list(TABLES["airfoil"].columns))
    with patch("deepdive.recipes.optimizing.airfoil.table.read_named", lambda name, report: frame):
        yield


@pytest.fixture(scope="module")
def finished(tmp_path_factory, without_shape_checks):
    root = tmp_path_factory.mktemp("runs")
    return runner.start(RECIPE, settings(), preset="smoke", root=root, console=False)


def test_the_target_is_reached_and_all_is_shown(finished):
    assert finished.passed, finished.verdict
    metrics = finished.metrics
    for size in (10, 100):
        losses = [metrics[f"{form}_{size}_loss"] for form in FORMS]
        assert losses == pytest.approx([losses[0]] * 3, rel=1e-4)
        assert metrics["closed_form_loss"] < losses[0] < metrics["mean_loss"]
    assert metrics["minibatch_loss"] == metrics["vectorised_10_loss"]
    report = (finished.run.folder / "report.html").read_text(encoding="utf-8")
    assert report.index("<h2>Loss and time</h2>") < report.index("<h2>Time by batch size</h2>")
    assert "naive loop" in report
    assert (finished.run.folder / "losses.svg").stat().st_size > 5_000
    assert "Learning curves" not in report  # its records go from size to size


def test_the_closed_form_is_that_of_numpy(finished):
    rows = linear_rows()
    rows = ((rows - rows.mean(0)) / rows.std(0))[:1500]
    ones = np.hstack([rows[:, :-1], np.ones((1500, 1))])
    residuals = rows[:, -1] - ones @ np.linalg.lstsq(ones, rows[:, -1], rcond=None)[0]
    assert finished.metrics["closed_form_loss"] == pytest.approx(np.square(residuals).mean() / 2, rel=1e-6)
    assert finished.metrics["mean_loss"] == pytest.approx(rows[:, -1].var() / 2, rel=1e-6)


def test_what_is_measured_is_not_measured_again(tmp_path, monkeypatch):
    from deepdive.recipes.optimizing.airfoil.experiment import AirfoilExperiment

    descend, done = AirfoilExperiment._descend, []

    def stopped(self, form, size):
        if len(done) == 4:
            raise TrainingInterrupted("stopped", 2)
        done.append((form, size))
        return descend(self, form, size)

    monkeypatch.setattr(AirfoilExperiment, "_descend", stopped)
    with pytest.raises(TrainingInterrupted):
        runner.start(RECIPE, settings(epochs=1), preset="smoke", root=tmp_path, console=False)
    again = []
    monkeypatch.setattr(AirfoilExperiment, "_descend", lambda self, *pair: again.append(pair) or descend(self, *pair))
    [folder] = (tmp_path / "airfoil").iterdir()
    outcome = runner.resume(folder, console=False)
    assert again == [(form, 100) for form in FORMS]  # those with 10 rows were saved
    assert {f"{form}_{size}_loss" for form in FORMS for size in (10, 100)} <= outcome.metrics.keys()


def test_rates_follow_the_batch_size_unless_they_are_given():
    plain = settings(batch_sizes=(1, 10, 1000))
    assert [plain.rate(size) for size in plain.batch_sizes] == pytest.approx([0.005, 0.05, 0.5])
    given = settings(batch_sizes=(2, 5), rates=(0.3, 0.1))
    assert [given.rate(size) for size in (2, 5)] == [0.3, 0.1]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_sizes": (10, 5)}, r"batch_sizes must be in ascending order, got \(10, 5\)"),
        ({"batch_sizes": ()}, "batch_sizes must be 1 or more integers"),
        ({"rates": (0.1,)}, r"rates must be one for each of the 2 batch sizes, got \(0\.1,\)"),
        ({"epochs": 0}, "epochs must be from 1"),
        ({"lr_per_row": float("nan")}, "lr_per_row must be"),
    ],
)
def test_settings_out_of_range_are_named(changes, message):
    with pytest.raises(ValueError, match=message):
        RECIPE.build(replace(settings(), **changes))


def test_an_own_table_is_learnt_from_its_numbers(tmp_path, capsys):
    draw = np.random.default_rng(2)
    a, b = draw.normal(size=(2, 60))
    rows = [f"{u:.4f},{v:.4f},{'xy'[i % 2]},7,{3 * u - v:.4f}" for i, (u, v) in enumerate(zip(a, b, strict=True))]
    (tmp_path / "own.csv").write_text("\n".join(["a,b,kind,same,price", *rows, "1.0,,x,7,3.0"]))
    changes = {"data": str(tmp_path / "own.csv"), "batch_sizes": (4, 999), "epochs": 20}
    outcome = runner.start(RECIPE, settings(**changes), preset="quick", root=tmp_path, console=False)
    assert outcome.metrics["minibatch_loss"] == pytest.approx(0, abs=1e-3)
    assert outcome.metrics["mean_loss"] == pytest.approx(0.5)
    assert {"naive_4_loss", "naive_60_loss"} <= outcome.metrics.keys()
    said = capsys.readouterr().err
    assert "columns of words are left out: kind\n" in said
    assert "columns with the same number in every row are left out: same\n" in said
    assert "1 rows with missing numbers are left out" in said
    for target, message in (
        ("kind", "kind' holds words|holds words"),
        ("cost", "has no column 'cost'|no column 'cost'"),
        ("same", "target 'same' must have different values, got the same in every row"),
    ):
        with pytest.raises(ValueError, match=message):
            RECIPE.build(settings(**changes, target=target)).prepare()
    (tmp_path / "own.csv").write_text("a,b\n1,x\n2,y\n")
    with pytest.raises(ValueError, match="must have a column of numbers besides 'a', got none"):
        RECIPE.build(settings(**changes)).prepare()
