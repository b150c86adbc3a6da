"""Label shift on Fashion-MNIST: other class probabilities, estimated without a label (D2L 4.7)."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from deepdive.recipes.ranges.types import ClassNumber, Ratio
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.shift.settings import ShiftSettings
from deepdive.recipes.vision.settings import SMOKE, d2l


@recipe(
    "label-shift",
    chapter=4,
    section="4.7",
    title="Label shift: black-box estimation",
    data="fashion-mnist",
    experiment="deepdive.recipes.shift.label_correction:LabelShiftExperiment",
    targets=(
        Target("test_corrected_accuracy", 0.65, when={"preset": "smoke", "ratio": 5.0}),
        Target("test_recovered", 0.8, when={"ratio": 5.0}),
    ),
    presets={
        "smoke": SMOKE,
        "quick": {},
        "book": d2l(),
    },
)
@dataclass(frozen=True)
class LabelShiftSettings(ShiftSettings):
    """Classes that are rare in training and common in the test."""

    rare: Annotated[tuple[ClassNumber, ...], Meta(min_length=1)] = (4, 6)
    """Numbers of the classes, from 0, that are rare in the source and common in the target."""
    ratio: Ratio = 5.0
    """How many times fewer images a rare class has than another in the source, and more in the target."""
