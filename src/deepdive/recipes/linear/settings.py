"""Settings of the recipes on regression data whose truth is known. Free of torch."""

from dataclasses import dataclass, field

from deepdive.recipes.optimization import ScheduleName
from deepdive.recipes.ranges.types import Magnitude
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings


@dataclass(frozen=True)
class SyntheticSettings(TrainingSettings):
    """Training settings with the plain descent of D2L, and the noise of the data."""

    schedule: ScheduleName = "constant"
    noise: Magnitude = 0.01
    """Standard deviation of the noise."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("sgd", lr=0.03, momentum=0.0))
