"""Descent methods on surfaces: all guarantees hold, and the report shows every surface."""

import pytest
import torch

from deepdive.algorithms.optimization import SURFACES
from deepdive.recipes import load_recipe
from deepdive.recipes.optimizing import checks as guarantees
from deepdive.recipes.optimizing.numbers import CHECKS
from deepdive.recipes.running import runner
from deepdive.recipes.settings import with_preset

RECIPE = load_recipe("landscape")


@pytest.mark.slow
def test_the_smoke_run_holds_every_guarantee_and_draws_every_surface(tmp_path, without_shape_checks):
    settings = with_preset(RECIPE.settings_type, RECIPE.presets["smoke"])
    outcome = runner.start(RECIPE, settings, preset="smoke", root=tmp_path, console=False)
    assert outcome.metrics["test_checks"] == CHECKS
    for name in (*SURFACES, "noisy-quadratic"):
        assert (outcome.run.folder / f"{name}.svg").read_bytes().startswith(b"<?xml")
    assert "conjugate gradients solve it in 6 steps" in (outcome.run.folder / "report.html").read_text()


def test_there_are_as_many_guarantees_as_the_target_counts(monkeypatch):
    monkeypatch.setattr(guarantees, "_from_scipy", lambda name: 0.0)
    found = list(guarantees.checks(4, seed=1))
    assert len(found) == CHECKS
    assert all(check.holds for check in found)


@pytest.mark.parametrize("wrong", ["newton", "conjugate_gradients", "project_simplex", "steepest_descent"])
def test_a_wrong_step_is_noticed(wrong, monkeypatch):
    """A guarantee that a mistake could not break would be none."""
    right = getattr(guarantees, wrong)
    monkeypatch.setattr(guarantees, "_from_scipy", lambda name: 0.0)
    monkeypatch.setattr(guarantees, wrong, lambda *args, **words: right(*args, **words).flip(0) + 0.01)
    assert sum(not check.holds for check in guarantees.checks(4, seed=1)) >= 1


def test_nan_holds_nothing():
    assert not guarantees.Check("", float("nan"), 1.0).holds
    assert torch.isfinite(guarantees.random_quadratic(3, 0).a).all()
