"""Covariate shift on Fashion-MNIST: other pictures, told apart by a classifier (textbook section 4.7.3)."""

from dataclasses import dataclass

from deepdive.recipes.ranges.types import Count, PositiveMagnitude, PositivePenalty, Signed, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.shift.settings import ShiftSettings


@recipe(
    "covariate-shift",
    chapter=4,
    section="4.7",
    title="Covariate shift on Fashion-MNIST: density ratios and weighted training",
    data="fashion-mnist",
    experiment="deepdive.recipes.shift.covariate_correction:CovariateShiftExperiment",
    targets=(
        Target("test_corrected_accuracy", 0.6, when={"preset": "smoke", "component": 3, "strength": -2.5}),
        Target("test_recovered", 0.6, when={"component": 3, "strength": -2.5}),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 100, "log_every": 20, "domain_pictures": 2000},
        "quick": {},
        "book": {
            "epochs": 10,
            "batch_size": 256,
            "schedule": "constant",
            "normalize": False,
            "optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.0},
        },
    },
)
@dataclass(frozen=True)
class CovariateShiftSettings(ShiftSettings):
    """Pictures of one kind where one learns and of another where it counts."""

    component: Width = 3
    """The principal component of the pictures along which the target differs from the source, from 1."""
    strength: Signed = -2.5
    """How much: a picture is of the target with probability sigmoid(strength * score); its sign is the direction."""
    limit: PositiveMagnitude | None = 20.0
    """Largest weight before their mean is brought to 1."""
    l2: PositivePenalty = 1.0
    """Penalty of the classifier that tells target from source."""
    domain_pictures: Count = 10_000
    """Most pictures of each side that this classifier learns from."""
