"""The recipe `forecast` on small series of one's own."""

import csv
import json
import math

import pytest
import torch

from deepdive.recipes import load_recipe
from deepdive.recipes.running import runner
from deepdive.recipes.settings import to_plain, with_preset
from deepdive.training import Run
from deepdive.training.listeners import MetricsFile


@pytest.fixture(scope="module")
def waves(tmp_path_factory):
    """A noisy wave with a cycle of 12 months, over 25 years."""
    noise = torch.randn(300, generator=torch.Generator().manual_seed(0)).tolist()
    lines = [
        f"{1990 + i // 12}-{i % 12 + 1:02d},{20 + 8 * math.sin(2 * math.pi * i / 12) + 0.5 * noise[i]:.4f},x"
        for i in range(300)
    ]
    path = tmp_path_factory.mktemp("series") / "waves.csv"
    path.write_text("Month,Level,Note\n" + "\n".join(lines) + "\n")
    return path


def start(path, root, **changes):
    recipe = load_recipe("forecast")
    small = {"data": str(path), "tau": 12, "epochs": 12, "batch_size": 16, "period": 12, "ahead": 12, "log_every": 5}
    settings = with_preset(recipe.settings_type, small | changes)
    return runner.start(recipe, settings, preset="quick", root=root, console=False)


@pytest.fixture(scope="module")
def finished(waves, tmp_path_factory):
    return start(waves, tmp_path_factory.mktemp("runs"))


def test_all_methods_are_measured_at_every_step_ahead(finished):
    metrics = finished.metrics
    for k in (1, 4, 16):
        rmse, naive = metrics[f"test_rmse_{k}"], metrics[f"test_naive_rmse_{k}"]
        assert metrics[f"test_skill_{k}"] == pytest.approx(1 - rmse / naive)
        assert 0.3 < metrics[f"test_seasonal_rmse_{k}"] < 1.2
        assert rmse < naive
        assert metrics[f"test_autoregression_rmse_{k}"] < 1
    assert metrics["test_rmse_1"] == pytest.approx(metrics["test_rmse"], rel=0.15)  # on nearly the same moments
    assert "test_rmse_64" not in metrics


def test_errors_are_scaled_by_what_was_learnt_from(waves, tmp_path):
    """Neither the part that validates nor the one that tests: by hand, from the file alone."""
    recipe = load_recipe("forecast")
    changes = {"data": str(waves), "tau": 12, "epochs": 1, "horizons": [1, 4], "test": 0.3, "validation": 0.25}
    settings = with_preset(recipe.settings_type, changes)
    experiment = recipe.build(settings)
    experiment.prepare()
    metrics = experiment.fit(Run.create("forecast", to_plain(settings), root=tmp_path), [], resume=False)
    values = torch.tensor([float(line.split(",")[1]) for line in waves.read_text().splitlines()[1:]]).double()
    learnt = values[: 300 - 90 - 75]
    scale = learnt.diff().abs().mean()
    for k in (1, 4):
        last = experiment.comparison.origins.place
        truth = values[last + k]
        said = {name: each[:, k - 1] for name, each in experiment.comparison.forecasts.items()}
        torch.testing.assert_close(said["naive"], values[last])
        rmse = {name: (each - truth).square().mean().sqrt() for name, each in said.items()}
        assert metrics[f"test_mase_{k}"] == pytest.approx(float((said["network"] - truth).abs().mean() / scale))
        assert metrics[f"test_rmse_{k}"] == pytest.approx(float(rmse["network"]))
        assert metrics[f"test_naive_rmse_{k}"] == pytest.approx(float(rmse["naive"]))
        assert metrics[f"test_skill_{k}"] == pytest.approx(float(1 - rmse["network"] / rmse["naive"]))


def test_the_report_compares_them_and_says_what_is_left_out(finished):
    report = (finished.run.folder / "report.html").read_text()
    for words in ("autoregression", "seasonal", "skill, k = 16", "64 left out: more than half of the 60 test values"):
        assert words in report
    assert report.count("<svg") >= 3


def test_a_series_of_changes_begins_at_the_last_value(waves, tmp_path):
    found = start(waves, tmp_path, learn="differences", network="mlp", hidden=16, horizons=[1, 4]).metrics
    assert found["test_skill_1"] > 0.3


def test_a_recurrent_network_forecasts_too(waves, tmp_path):
    found = start(waves, tmp_path, network="gru", hidden=8, horizons=[1], optimizer={"lr": 0.02}).metrics
    assert found["test_skill_1"] > 0.3


def test_predictions_go_on_after_the_end_of_a_file(finished, waves, tmp_path):
    kept = list(csv.reader(waves.read_text().splitlines()))
    cut = tmp_path / "cut.csv"
    cut.write_text("\n".join(",".join(row) for row in kept[:-12]) + "\n")
    [found] = runner.predict(finished.run.folder, [cut])
    assert found.columns["step"] == list(range(1, 13))
    truth = [float(row[1]) for row in kept[-12:]]
    assert max(abs(a - b) for a, b in zip(found.columns["Level"], truth, strict=True)) < 4
    assert found.notes == ("step 1 comes after 2013-12",)
    short = tmp_path / "short.csv"
    short.write_text("Level\n1\n2\n")
    with pytest.raises(ValueError, match=r"column 'Level' has 2 values; a forecast needs the last 12"):
        runner.predict(finished.run.folder, [short])
    short.write_text("level\n1\n2\n")
    with pytest.raises(ValueError, match=r"did you mean 'Level'|did you mean 'level'"):
        runner.predict(finished.run.folder, [short])


def test_a_file_from_new_to_old_is_sorted_if_asked_for(finished, waves, tmp_path):
    header, *rows = waves.read_text().splitlines()
    backwards = tmp_path / "backwards.csv"
    backwards.write_text("\n".join([header, *reversed(rows)]) + "\n")
    with pytest.raises(ValueError, match=r"the newest row is the first; .*, or set order to sort"):
        runner.predict(finished.run.folder, [backwards])
    [found], [straight] = (
        runner.predict(finished.run.folder, [path], order=order) for path, order in ((backwards, "sort"), (waves, None))
    )
    assert found.columns == straight.columns
    assert found.notes[0].startswith("the rows ran from new to old")
    gap = tmp_path / "gap.csv"
    gap.write_text("\n".join([header, *rows[:40], rows[40].replace(rows[40].split(",")[1], ""), *rows[41:]]) + "\n")
    with pytest.raises(ValueError, match="fill them in, or set gaps to interpolate"):
        runner.predict(finished.run.folder, [gap])
    [filled] = runner.predict(finished.run.folder, [gap], gaps="interpolate", time="Month")
    assert filled.columns == straight.columns


class Killed(BaseException):
    pass


def test_a_killed_run_goes_on_bit_for_bit(finished, waves, tmp_path, monkeypatch):
    original, written = MetricsFile.record, 0

    def record(self, one):
        nonlocal written
        if written == 12:
            raise Killed
        written += 1
        original(self, one)

    monkeypatch.setattr(MetricsFile, "record", record)
    with pytest.raises(Killed):
        start(waves, tmp_path)
    monkeypatch.undo()
    [folder] = (tmp_path / "forecast").iterdir()
    again = runner.resume(folder, console=False)
    assert again.metrics == finished.metrics
    assert (folder / "metrics.jsonl").read_bytes() == finished.run.metrics_file.read_bytes()


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"tau": 0}, "tau must be from 1 to 100000, got 0"),
        ({"horizons": []}, r"horizons must be 1 or more integers from 1 to 100000, got \(\)"),
        ({"horizons": [100]}, "horizons is .*, but the test set has 60 values"),
        ({"period": 0}, "period must be from 1 to 100000 or None, got 0"),
        ({"test": 0.0}, "test must be above 0 and below 1, got 0.0"),
        ({"column": "level"}, "did you mean 'Level'"),
    ],
)
def test_bad_settings_are_named_before_a_folder_is_made(waves, tmp_path, changes, message):
    with pytest.raises(ValueError, match=message):
        start(waves, tmp_path, **changes)
    assert not list(tmp_path.iterdir())


def test_targets_hold_for_the_stated_series_alone():
    info = load_recipe("forecast")
    stated = {"column": None, "learn": "levels", "network": "linear"}
    assert info.target("quick", stated) is not None
    assert info.target("quick", stated | {"network": "mlp"}) is None
    assert info.target("quick", stated | {"data": "sp500"}) is None
    assert json.dumps(info.presets["book"])
