"""The recipe `kernel-regression` on small series of one's own, and on the values of D2L."""

import json
import math

import numpy as np
import pytest
import torch

from deepdive.algorithms.attention import KERNELS
from deepdive.recipes import load_recipe
from deepdive.recipes.attention.kernel_regression import KernelSettings
from deepdive.recipes.attention.values import Values, d2l_values, estimate
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import RunError

pytestmark = pytest.mark.usefixtures("without_shape_checks")


@pytest.fixture(scope="module")
def waves(tmp_path_factory):
    """A slow wave under much noise, over 25 years."""
    noise = torch.randn(300, generator=torch.Generator().manual_seed(0)).tolist()
    lines = [
        f"{1990 + i // 12}-{i % 12 + 1:02d},{20 + 8 * math.sin(2 * math.pi * i / 100) + 2 * noise[i]:.4f}"
        for i in range(300)
    ]
    path = tmp_path_factory.mktemp("series") / "waves.csv"
    path.write_text("Month,Level\n" + "\n".join(lines) + "\n")
    return path


def start(path, root, **changes):
    recipe = load_recipe("kernel-regression")
    settings = with_preset(recipe.settings_type, {"data": str(path), "test": 0.5, "steps": 30} | changes)
    return runner.start(recipe, settings, preset="quick", root=root, console=False)


@pytest.fixture(scope="module")
def finished(waves, tmp_path_factory):
    return start(waves, tmp_path_factory.mktemp("runs"))


def test_a_smooth_estimate_is_better_than_what_follows_the_noise(finished):
    metrics = finished.metrics
    for name in ("gaussian", "epanechnikov", "boxcar"):
        assert metrics[f"test_{name}_rmse"] < metrics["test_linear_rmse"] < metrics["test_nearest_rmse"]
    assert metrics["test_constant_rmse"] == pytest.approx(metrics["test_mean_rmse"])
    assert 1.8 < metrics["test_rmse"] == metrics["test_gaussian_rmse"] < 2.6  # the noise has a deviation of 2
    assert metrics["test_skill"] == pytest.approx(1 - metrics["test_rmse"] / metrics["test_linear_rmse"])
    assert 2 < metrics["bandwidth"] < 20


def test_the_report_shows_curves_weights_and_bandwidths(finished):
    folder = finished.run.folder
    report = (folder / "report.html").read_text()
    for words in ("Curves", "Weights", "Bandwidths", "The example of D2L", "one left out", *KERNELS):
        assert words in report
    assert (folder / "weights.png").read_bytes().startswith(b"\x89PNG")
    assert {"fits.svg", "bandwidths.svg", "measured"} <= {path.name for path in folder.iterdir()}
    records = [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]
    assert len([record for record in records if record["kind"] == "epoch"]) == 31


@pytest.mark.slow
def test_a_resumed_run_gives_the_same(waves, finished, tmp_path):
    outcome = start(waves, tmp_path)
    (outcome.run.folder / "result.json").unlink()
    again = runner.resume(outcome.run.folder, console=False)
    assert again.metrics == outcome.metrics == finished.metrics
    waves_before = waves.read_text()
    try:
        waves.write_text(waves_before.replace("20", "21"))
        (outcome.run.folder / "result.json").unlink()
        with pytest.raises(RunError, match=r"the values of .*waves.csv have changed"):
            runner.resume(outcome.run.folder, console=False)
    finally:
        waves.write_text(waves_before)


def test_a_file_is_smoothed(finished, waves, tmp_path):
    [told] = runner.predict(finished.run.folder, [waves])
    assert list(told.columns) == ["time", "Level", "estimate"]
    y, width = np.array(told.columns["Level"]), finished.metrics["bandwidth"]
    k = np.exp(-(((np.arange(300)[:, None] - np.arange(300)) / width) ** 2) / 2)
    np.testing.assert_allclose(told.columns["estimate"], k @ y / k.sum(axis=1), rtol=1e-9)
    other = tmp_path / "other.csv"
    other.write_text("a,b\n1,2\n3,4\n")
    with pytest.raises(ValueError, match=r"other.csv: column .* 'Level'"):
        runner.predict(finished.run.folder, [other])
    fits = finished.run.folder / "measured" / "bandwidths.json"
    fits.rename(tmp_path / "bandwidths.json")
    with pytest.raises(RunError, match=r"has no measured/bandwidths.json"):
        runner.predict(finished.run.folder, [waves])
    fits.write_text("{}")
    with pytest.raises(RunError, match="is damaged: 'gaussian'"):
        runner.predict(finished.run.folder, [waves])


@pytest.mark.parametrize("kernel", ["boxcar", "constant"])
def test_a_bandwidth_may_be_given(waves, kernel, tmp_path):
    outcome = start(waves, tmp_path, kernel=kernel, bandwidth=6.0)
    assert outcome.metrics["bandwidth"] == 6
    assert outcome.metrics["test_rmse"] == outcome.metrics[f"test_{kernel}_rmse"]
    assert outcome.target is None
    assert "<h2>Bandwidths</h2>" not in (outcome.run.folder / "report.html").read_text()


def test_the_values_of_d2l():
    values = d2l_values(0)
    assert len(values.x) == 40
    torch.testing.assert_close(values.truth, 2 * values.asked.sin() + values.asked)
    rmse = {k: (estimate(values.asked, values.x, values.y, k, 1.0) - values.truth).square().mean() for k in KERNELS}
    assert rmse["epanechnikov"] < rmse["constant"]
    assert 0.5 < (values.y - 2 * values.x.sin() - values.x).std() < 1.5


def test_baselines_are_what_they_are_called():
    x, y = torch.tensor([0.0, 4.0]).double(), torch.tensor([1.0, 3.0]).double()
    values = Values("y", x, y, torch.tensor([1.0, 3.0]).double(), torch.zeros(2).double())
    assert {name: said.tolist() for name, said in values.baselines().items()} == {
        "mean": [2.0, 2.0],
        "nearest": [1.0, 3.0],
        "linear": [1.5, 2.5],
    }


def test_where_no_value_is_seen_the_mean_is_said():
    x = torch.arange(2500).double()
    said = estimate(torch.tensor([0.0, 9e9]).double(), x, x + 5, "boxcar", 0.5)
    assert said.tolist() == [5.0, 5 + 2499 / 2]
    assert estimate(x, x, x + 5, "boxcar", 0.5).tolist() == (x + 5).tolist()  # in several parts


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"test": 1.0}, "test must be above 0 and below 1, got 1.0"),
        ({"test": 0.995}, "test is 0.995, which leaves 2 of 300 values known"),
        ({"bandwidth": 0.0}, "bandwidth must be above 0 and at most 1000000 or None, got 0.0"),
        ({"bandwidths": 1}, "bandwidths must be from 2 to 10000, got 1"),
        ({"steps": 0}, "steps must be from 1 to 10000, got 0"),
        ({"rows": 3}, "rows must be from 4 to 100000000 or None, got 3"),
    ],
)
def test_settings_out_of_range_are_named(waves, changes, message, tmp_path):
    with pytest.raises(ValueError, match=message):
        start(waves, tmp_path, **changes)
    assert not list(tmp_path.iterdir())


def test_too_many_known_values_are_refused(tmp_path):
    path = tmp_path / "long.csv"
    path.write_text("x\n" + "\n".join(str(i % 7) for i in range(12_000)) + "\n")
    with pytest.raises(ValueError, match="6,000 values are known, and every pair of them is compared; with more than"):
        start(path, tmp_path / "runs")
    assert start(path, tmp_path / "runs", rows=400, bandwidths=4, steps=2).metrics["test_rmse"] > 0


def test_the_target_is_stated_for_the_settings_it_was_measured_with():
    info = load_recipe("kernel-regression")
    facts = vars(KernelSettings())
    assert info.target("quick", facts).metric == "test_skill"
    assert info.target("quick", facts | {"test": 0.5}) is None
