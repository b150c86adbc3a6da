"""Results near their targets are found, run again with other seeds and precisions, and never run twice."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from deepdive.recipes import Target
from deepdive.recipes.results import read_results, sweep
from deepdive.recipes.results.sweep import Cell, cells, margin, near_targets, read_seeds, settings_of, target_of
from deepdive.recipes.running import runner
from deepdive.training import Run, TrainingInterrupted, formats
from deepdive.training.listeners import MetricsFile

ROOT = Path(__file__).parents[2]
RECORDED = read_results(ROOT / "results")
NEAR = near_targets(RECORDED, 0.01)


@pytest.mark.parametrize(
    ("value", "target", "expected"),
    [
        (0.9, Target("accuracy", 0.8), 0.125),
        (0.7, Target("accuracy", 0.8), -0.125),
        (3.0, Target("perplexity", 4.0, higher_is_better=False), 0.25),
        (5.0, Target("perplexity", 4.0, higher_is_better=False), -0.25),
        (-1.0, Target("gain", -2.0), 0.5),
        (0.1, Target("gain", 0.0), float("inf")),
        (-0.1, Target("gain", 0.0), -float("inf")),
        (0.0, Target("gain", 0.0), 0.0),
        (0.0, Target("cost", 0.0, higher_is_better=False), 0.0),
        (0.1, Target("cost", 0.0, higher_is_better=False), -float("inf")),
    ],
)
def test_a_margin_is_a_fraction_of_the_target_and_positive_for_a_pass(value, target, expected):
    assert margin(value, target) == pytest.approx(expected)


def result(**changes):
    """Of a recipe whose target is 0.86."""
    recorded = next(each for each in RECORDED if each["command"] == "deepdive run mlp")
    return recorded | changes


def test_only_narrow_results_are_near_and_the_narrowest_comes_first():
    found = near_targets([result(value=v) for v in (0.8687, 0.8685, 0.8602, 0.87)], 0.01)
    assert [each["value"] for _, each in found] == [0.8602, 0.8685]
    assert found[0][0] == pytest.approx(0.0002 / 0.86)


def test_a_result_that_is_exactly_its_target_is_near_whatever_that_is(monkeypatch):
    for value in (0.0, 0.86):
        monkeypatch.setattr(sweep, "target_of", lambda each, value=value: Target("gain", value))
        assert near_targets([result(value=value)], 0.01) == [(0.0, result(value=value))]


@pytest.mark.parametrize("each", [pytest.param(each, id=each["command"]) for _, each in NEAR])
def test_every_recorded_result_that_is_near_its_target_reaches_it_with_several_seeds(each):
    rows = read_seeds(ROOT / "results" / "seeds").get(each["command"], [])
    assert len({row["seed"] for row in rows}) >= 3, "run: make sweep"
    assert all(target_of(each).passed(row["value"]) for row in rows)


def test_what_is_run_is_what_the_command_stands_for_now():
    older = result(settings=result()["settings"] | {"epochs": 99})
    assert settings_of(older) == sweep.load_recipe("mlp").settings_type()
    flags = next(each for each in RECORDED if each["command"] == "deepdive run lenet --modern")
    assert settings_of(flags).modern
    book = settings_of(next(each for each in RECORDED if each["command"] == "deepdive run mlp --preset book"))
    assert sweep.to_plain(book)["optimizer"] != result()["settings"]["optimizer"]
    assert settings_of(result(command="deepdive run mlp --toolkit scratch --hidden 64 32")).hidden == (64, 32)


def test_both_precisions_are_run_where_there_are_units_for_both(monkeypatch):
    settings = settings_of(result())
    for units, precisions in ((True, ("fp32", "bf16")), (False, ("fp32",))):
        monkeypatch.setattr(formats, "has_half_precision_units", lambda device, units=units: units)
        assert cells(settings, 2) == [Cell(precision, seed) for seed in (0, 1) for precision in precisions]


def test_an_interrupted_sweep_goes_on_where_it_was(tmp_path, monkeypatch):
    monkeypatch.setattr(formats, "has_half_precision_units", lambda device: True)
    done = []

    def measure(recipe, settings, cell, most):
        if len(done) == most:
            raise KeyboardInterrupt
        done.append((settings.precision, settings.seed))
        return {"value": 0.87 + len(done) / 100, "seconds": 1.0, "environment": {}}

    with pytest.raises(KeyboardInterrupt):
        sweep.sweep(result(), 2, lambda *given: measure(*given, 3), tmp_path)
    rows = sweep.sweep(result(), 2, lambda *given: measure(*given, 9), tmp_path)
    assert done == [("fp32", 0), ("bf16", 0), ("fp32", 1), ("bf16", 1)]
    assert [row["value"] for row in rows] == [0.88, 0.89, 0.90, 0.91]
    assert read_seeds(tmp_path) == {"deepdive run mlp": rows}
    assert sweep.sweep(result(), 2, measure, tmp_path) == rows

    [path] = tmp_path.iterdir()
    path.write_text(path.read_text().replace('"batch_size": ', '"batch_size": 1'))
    assert len(sweep.sweep(result(), 1, lambda *given: measure(*given, 9), tmp_path)) == 2  # of other settings: anew


def test_a_damaged_file_is_named(tmp_path):
    (tmp_path / "mlp.json").write_text('{"command": ')
    with pytest.raises(ValueError, match=r"mlp\.json is damaged"):
        read_seeds(tmp_path)


def test_a_run_that_was_interrupted_is_finished_and_not_begun_again(tmp_path, monkeypatch):
    recipe = sweep.load_recipe("linear-regression")
    settings = recipe.settings_type()
    record, interrupted = MetricsFile.record, []

    def interrupt(self, each):
        record(self, each)
        if each.kind == "epoch" and each.epoch == 2 and not interrupted:
            interrupted.append(each)
            raise TrainingInterrupted("stopped", 15)

    monkeypatch.setattr(MetricsFile, "record", interrupt)
    words = {"preset": "quick", "metric": "weight_error"}
    with pytest.raises(TrainingInterrupted):
        sweep.run_or_resume(recipe, settings, tmp_path / "one", **words)
    resumed = sweep.run_or_resume(recipe, settings, tmp_path / "one", **words)
    whole = sweep.run_or_resume(recipe, settings, tmp_path / "two", **words)
    assert resumed["value"] == whole["value"]
    [folder] = (tmp_path / "one" / "linear-regression").iterdir()
    assert json.loads((folder / "result.json").read_text())["resumed"]


@pytest.mark.parametrize(("other", "preset"), [("lenet-batchnorm", "quick"), ("lenet", "book")], ids=str)
def test_an_interrupted_run_of_another_recipe_or_preset_is_not_taken(other, preset, tmp_path, monkeypatch):
    recipe = sweep.load_recipe("lenet")
    settings = recipe.settings_type()
    plain = sweep.to_plain(settings)
    own = Run.create("lenet", plain, preset="quick", root=tmp_path).folder
    Run.create(other, plain, preset=preset, root=tmp_path)
    own.rename(own.with_name("0"))  # the oldest
    taken = []

    def resume(folder):
        taken.append(folder)
        return SimpleNamespace(metrics={"test_accuracy": 0.5}, environment={})

    monkeypatch.setattr(runner, "resume", resume)
    words = {"preset": "quick", "metric": "test_accuracy"}
    assert sweep.run_or_resume(recipe, settings, tmp_path, **words)["value"] == 0.5
    assert taken == [own.with_name("0")]
    (own.with_name("0") / "result.json").write_text("{}")
    monkeypatch.setattr(
        runner, "start", lambda *given, **words: SimpleNamespace(metrics={"test_accuracy": 0.7}, environment={})
    )
    assert sweep.run_or_resume(recipe, settings, tmp_path, **words)["value"] == 0.7


def test_margins_are_listed_without_a_run(capsys, monkeypatch):
    monkeypatch.chdir(ROOT)
    assert sweep.main(["--list", "--least", "0.5", "--only", "mlp"]) == 0
    shown = capsys.readouterr().out
    assert "deepdive run mlp: test_accuracy ≥ 0.86, recorded 0.8" in shown
    assert "seed" not in shown
