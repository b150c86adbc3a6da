"""Settings of the recipes whose test data is not like their training data. Free of torch."""

from dataclasses import dataclass, field

from deepdive.recipes.ranges.types import Count, Width
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import ImageSettings


@dataclass(frozen=True)
class ShiftSettings(ImageSettings):
    """Three networks of one kind that differ in nothing but the weights of their training examples."""

    hidden: tuple[Width, ...] = ()
    """Units of each hidden layer; with none it is softmax regression."""
    validation: Count = 5000
    """Size of the validation set of the source, from which the shift is estimated."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.003))
