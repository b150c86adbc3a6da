"""Settings of the recipes on regression data whose truth is known. Free of torch."""

from dataclasses import dataclass, field
from typing import Literal

from deepdive.recipes.ranges.types import Magnitude
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings

PlainSchedule = Literal["constant", "one-cycle", "cosine", "step"]


@dataclass(frozen=True)
class SyntheticSettings(TrainingSettings):
    """Training settings with the plain descent of D2L, and the noise of the data."""

    schedule: PlainSchedule = "constant"
    """How the learning rate changes from step to step (step: a tenth after each third of the run)."""
    noise: Magnitude = 0.01
    """Standard deviation of the noise."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("sgd", lr=0.03, momentum=0.0))
