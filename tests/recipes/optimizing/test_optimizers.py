"""Optimisers compared: what is refused, what is trained, and that a run goes on where it was."""

from typing import Any

import pytest

from deepdive.recipes import load_recipe
from deepdive.recipes.experiments import TrainingResult
from deepdive.recipes.experiments.merged_listeners import Extent
from deepdive.recipes.optimizing.comparison import comparison_sections
from deepdive.recipes.optimizing.numbers import RATES
from deepdive.recipes.optimizing.optimizers import EIGHT
from deepdive.recipes.optimizing.optimizers_experiment import OptimizersExperiment
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset
from deepdive.training import Plan, Run, Trainer, TrainingInterrupted

RECIPE = load_recipe("optimizers")


def settings(**changes):
    return with_preset(RECIPE.settings_type, {**RECIPE.presets["smoke"], **changes})


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"optimizers": []}, "optimizers must be some, each once, got"),
        ({"optimizers": ["adamw", "adamw"]}, "optimizers must be some, each once, got"),
        ({"tasks": []}, "tasks must be some, each once, got"),
        ({"grid": []}, "grid must"),
        ({"grid": [0.0]}, "grid must"),
        ({"steps": None}, "steps must be a number: it is what is compared at, got None"),
        ({"grid": [1.0, 1.0000001]}, r"grid must be factors that differ in their first six digits, got \(1\.0, 1\.0"),
        ({"grid": [1.0, 1e5]}, "grid must be at most 10000, so that no rate is above 1000, got"),  # of SGD's 0.1
        ({"optimizer": {"name": "sgd"}}, r"optimizer\.name must be left alone: --optimizers names .*, got 'sgd'"),
        ({"optimizer": {"lr": 0.2}}, r"optimizer\.lr must be left alone: --grid gives factors .*, got 0\.2"),
        ({"optimizer": {"momentum": 0.5}}, r"optimizer\.momentum must be left alone: each .* usual one, got 0\.5"),
    ],
)
def test_what_cannot_be_compared_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        settings(**changes)


def test_every_one_of_the_eight_has_a_rate_for_both_tasks():
    assert set(RATES["images"]) == set(RATES["characters"]) == set(EIGHT)
    assert settings().rate("images", "rprop") == 0.001


def experiment(**changes):
    return OptimizersExperiment(settings(**changes))


def a_run(tmp_path):
    return Run.create("optimizers", {}, preset="smoke", root=tmp_path)


def test_weight_decay_is_decoupled_or_there_is_none(without_shape_checks):
    compared: Any = experiment(optimizers=list(EIGHT))
    compared.data = {"images": None}
    decays = {}
    for name in EIGHT:
        task, _ = compared._parts("images", name, 1.0)
        made = task.configure_optimizers(Plan(total_steps=20, steps_per_epoch=20)).optimizer
        decays[name] = {group["weight_decay"] for group in made.param_groups}
    none = {name for name in EIGHT if decays[name] == {0.0}}
    assert none == {"sgd", "adagrad", "rmsprop", "adadelta"}
    assert all(decays[name] == {0.01} for name in set(EIGHT) - none)


def test_the_rate_is_chosen_by_the_validation_loss_and_is_none_that_diverges(tmp_path):
    compared = experiment(grid=[3.0, 0.5, 1.0])
    for factor, metrics in (
        ("3", {}),
        ("0.5", {"val_loss": 1.5, "test_loss": 0.9, "train_loss": 3.0}),
        ("1", {"val_loss": 2.0, "test_loss": 0.8, "train_loss": 2.0}),
    ):
        compared.results[f"images-sgd-{factor}"] = TrainingResult(metrics, Extent())
    assert compared._best_factor(a_run(tmp_path), "images", "sgd") == 0.5


def test_an_optimiser_with_longer_steps_takes_fewer_in_the_same_time(tmp_path):
    compared, run = experiment(optimizers=["adamw", "sgd", "muon", "lion"], steps=60), a_run(tmp_path)
    run.write_json("training_runs/seconds-images.json", {"adamw": 0.02, "sgd": 0.01, "muon": 0.03, "lion": 0.0201})
    steps = {name: compared._timed_trainer(run, "images", name).steps for name in ("sgd", "muon", "lion")}
    assert steps == {"sgd": 120, "muon": 40, "lion": 60}


def test_steps_are_timed_in_turn_and_the_median_counts(tmp_path, monkeypatch):
    compared, run, asked = experiment(optimizers=["sgd", "adamw"]), a_run(tmp_path), []
    times = {"sgd": [9.0, 1.0, 2.0], "adamw": [3.0, 8.0, 4.0]}

    def measure(task, name):
        asked.append(name)
        return times[name].pop(0)

    monkeypatch.setattr(compared, "_measure", measure)
    assert compared._step_seconds(run, "images", "sgd") == 2.0
    assert compared._step_seconds(run, "images", "adamw") == 4.0
    assert asked == ["sgd", "adamw"] * 3


def test_gains_are_those_of_muon_over_adamw(tmp_path):
    found = {"characters_{}_test_loss": (2.0, 1.75), "characters_{}_test_loss_at_equal_seconds": (2.0, 1.875)}
    named = {key.format(name): pair[i] for key, pair in found.items() for i, name in enumerate(("adamw", "muon"))}
    told = experiment()._told(a_run(tmp_path), named)
    assert told == {"muon_gain": 0.25, "muon_gain_at_equal_seconds": 0.125}


@pytest.mark.parametrize(("log_every", "caption"), [(1, "Training loss of each step."), (7, "loss, mean of 7 steps.")])
def test_the_caption_says_what_a_point_is_the_mean_of(log_every, caption, tmp_path):
    run = a_run(tmp_path)
    run.write_json("training_runs/seconds-images.json", {"sgd": 0.01, "lion": 0.02})
    metrics = {"images-sgd-1": {"test_loss": 0.5}, "images-lion-1": {}}
    results = {name: TrainingResult(each, Extent(steps=3)) for name, each in metrics.items()}
    best = {("images", "sgd"): "images-sgd-1", ("images", "lion"): "images-lion-1"}
    [section] = comparison_sections(run, best, results, dict.fromkeys(results, ()), log_every=log_every)
    assert caption in section.html
    assert "Lowest test loss at equal steps: sgd; at equal seconds: sgd." in section.html


def small(**changes):
    words = {"tasks": ["characters"], "optimizers": ["sgd", "muon"], "grid": [0.001, 1.0], "steps": 6, **changes}
    return settings(hidden_size=16, log_every=3, **words)


@pytest.mark.slow
def test_an_interrupted_comparison_goes_on_and_has_each_optimiser_at_its_best_rate(
    tmp_path, monkeypatch, without_shape_checks
):
    words = {"preset": "smoke", "console": False}
    whole = runner.start(RECIPE, small(), root=tmp_path / "whole", **words).metrics
    # of the two factors the one that hardly moves is worse
    assert whole["characters_sgd_lr"] == RATES["characters"]["sgd"]
    assert whole["characters_muon_lr"] == RATES["characters"]["muon"]
    assert whole["characters_muon_test_loss"] < 3.3  # of 28 letters

    fit, fitted = Trainer.fit, []

    def interrupted(self, task, data, **others):
        if len(fitted) == 3:
            raise TrainingInterrupted("stopped", 2)
        fitted.append(task)
        return fit(self, task, data, **others)

    monkeypatch.setattr(Trainer, "fit", interrupted)
    with pytest.raises(TrainingInterrupted):
        runner.start(RECIPE, small(), root=tmp_path / "parts", **words)
    again = []
    monkeypatch.setattr(Trainer, "fit", lambda self, *args, **others: again.append(1) or fit(self, *args, **others))
    [folder] = (tmp_path / "parts" / "optimizers").iterdir()
    found = runner.resume(folder, console=False)
    assert len(again) == 2  # muon's second rate, and muon in the time of SGD
    timed = {name for name in whole if "seconds" in name}
    assert {name: found.metrics[name] for name in whole.keys() - timed} == {
        name: whole[name] for name in whole.keys() - timed
    }
    assert "at equal seconds" in (folder / "report.html").read_text()


@pytest.mark.slow
def test_a_rate_that_diverges_is_not_chosen_and_ends_nothing(tmp_path, without_shape_checks):
    made = small(optimizers=["sgd"], grid=[30_000.0, 1.0], clip_norm=None, schedule="constant")
    outcome = runner.start(RECIPE, made, preset="smoke", root=tmp_path, console=False)
    assert outcome.run.read_json("training_runs/characters-sgd-30000.json")["metrics"] == {}
    assert outcome.metrics["characters_sgd_lr"] == RATES["characters"]["sgd"]
