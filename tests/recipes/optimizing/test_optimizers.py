"""Optimisers compared: what is refused, what is trained, and that a run goes on where it was."""

import json

import pytest

from deepdive.recipes import load_recipe
from deepdive.recipes.optimizing.numbers import RATES
from deepdive.recipes.optimizing.optimizers import EIGHT
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

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
        ({"optimizer": {"name": "sgd"}}, r"optimizer\.name and optimizer\.lr must be left alone: .*, got 'sgd, 0\.1'"),
    ],
)
def test_what_cannot_be_compared_is_refused(changes, message):
    with pytest.raises(ValueError, match=message):
        settings(**changes)


def test_every_one_of_the_eight_has_a_rate_for_both_tasks():
    assert set(RATES["images"]) == set(RATES["characters"]) == set(EIGHT)
    assert settings().rate("images", "rprop") == 0.001


@pytest.mark.slow
def test_an_interrupted_comparison_goes_on_and_has_each_optimiser_at_its_best_rate(tmp_path, without_shape_checks):
    small = settings(tasks=["characters"], optimizers=["sgd", "muon"], grid=[0.001, 1.0], steps=6, hidden_size=16)
    whole = runner.start(RECIPE, small, preset="smoke", root=tmp_path / "whole", console=False)
    found = whole.metrics
    # of the two factors the one that hardly moves is worse
    assert found["characters_sgd_lr"] == RATES["characters"]["sgd"]
    assert found["characters_muon_lr"] == RATES["characters"]["muon"]
    assert found["characters_muon_test_loss"] < 3.3  # of 28 letters
    folder = whole.run.folder
    again = {path.stem: json.loads(path.read_text()) for path in (folder / "training_runs").glob("characters-*.json")}
    assert {name.rpartition("-")[2] for name in again} == {"0.001", "1", "seconds"} or len(again) == 5
    assert "per second" in (folder / "report.html").read_text()
