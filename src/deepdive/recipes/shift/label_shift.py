"""Label shift on Fashion-MNIST: other shares of the classes, estimated without a label (textbook section 4.7.3)."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from deepdive.recipes.ranges.types import ClassNumber, PositiveMagnitude
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.shift.settings import ShiftSettings


@recipe(
    "label-shift",
    chapter=4,
    section="4.7",
    title="Label shift on Fashion-MNIST: black-box estimation and weighted training",
    data="fashion-mnist",
    experiment="deepdive.recipes.shift.label_correction:LabelShiftExperiment",
    targets=(
        Target("test_corrected_accuracy", 0.65, when={"preset": "smoke", "ratio": 5.0}),
        Target("test_recovered", 0.8, when={"ratio": 5.0}),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 100, "log_every": 20},
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
class LabelShiftSettings(ShiftSettings):
    """Classes that are rare where one learns and common where it counts."""

    rare: Annotated[tuple[ClassNumber, ...], Meta(min_length=1)] = (4, 6)
    """Numbers of the classes that are rare in the source and common in the target."""
    ratio: PositiveMagnitude = 5.0
    """A rare class has this many times fewer pictures than another in the source, and more in the target."""
