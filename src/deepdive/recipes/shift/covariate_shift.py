"""Covariate shift on Fashion-MNIST: other images, whose density ratio a classifier estimates (D2L 4.7)."""

from dataclasses import dataclass

from deepdive.recipes.ranges.types import Count, PositiveMagnitude, PositivePenalty, Signed, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.shift.settings import ShiftSettings
from deepdive.recipes.vision.settings import SMOKE, d2l


@recipe(
    "covariate-shift",
    chapter=4,
    section="4.7",
    title="Covariate shift: density ratios",
    data="fashion-mnist",
    experiment="deepdive.recipes.shift.covariate_correction:CovariateShiftExperiment",
    targets=(
        Target("test_corrected_accuracy", 0.6, when={"preset": "smoke", "component": 3, "strength": -2.5}),
        Target("test_recovered", 0.6, when={"component": 3, "strength": -2.5}),
    ),
    presets={
        "smoke": SMOKE | {"domain_images": 2000},
        "quick": {},
        "book": d2l(),
    },
)
@dataclass(frozen=True)
class CovariateShiftSettings(ShiftSettings):
    """Images of one kind in training and of another in the test."""

    component: Width = 3
    """Number of the principal component along which target and source differ, counted from 1."""
    strength: Signed = -2.5
    """Strength of the shift: an image is of the target with probability sigmoid(strength * score)."""
    limit: PositiveMagnitude | None = 20.0
    """Largest weight of an example, before the mean weight is brought to 1."""
    l2: PositivePenalty = 1.0
    """L2 penalty of the classifier that tells target from source."""
    domain_images: Count = 10_000
    """Most images of source and of target that the classifier between them learns from."""
