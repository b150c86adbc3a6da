"""Descent methods on surfaces whose minima are known, and their theoretical guarantees, checked (D2L 12.1 to 12.3)."""

from dataclasses import dataclass

from deepdive.recipes.optimizing.numbers import CHECKS
from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.types import Few, Magnitude, Seed, Width
from deepdive.recipes.registry import Target, recipe


@recipe(
    "landscape",
    chapter=12,
    section="12.3",
    title="Descent methods on test surfaces",
    data="synthetic",
    experiment="deepdive.recipes.optimizing.landscape_experiment:LandscapeExperiment",
    targets=(Target("test_checks", float(CHECKS)),),
    presets={"smoke": {"steps": 40, "dimensions": 6}, "quick": {}, "book": {"dimensions": 100}},
    keywords=("optimization", "optimisation", "gradient-descent", "newton", "convexity", "rosenbrock"),
)
@dataclass(frozen=True)
class LandscapeSettings(Checked):
    """How long the paths are, and how hard the quadratics."""

    steps: Few = 200
    """Steps of each descent method."""
    dimensions: Width = 20
    """Dimensions of the quadratics that theory is checked with."""
    noise: Magnitude = 3.0
    """Standard deviation of the noise in gradients of the noisy quadratic."""
    seed: Seed = 0
    """Seed of the noise and of the quadratics."""
