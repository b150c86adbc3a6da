"""Settings of the recipes whose test data is not like their training data. Free of torch."""

from dataclasses import dataclass, field

from deepdive.recipes.ranges.types import Count, Width
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import PictureSettings


@dataclass(frozen=True)
class ShiftSettings(PictureSettings):
    """Three networks of one kind that differ in nothing but the weights of their training examples."""

    hidden: tuple[Width, ...] = ()
    """Width of each hidden layer; none is softmax regression."""
    validation: Count = 5000
    """Pictures of the source that are held out to estimate the shift."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.003))
