"""A convolution that learns to find vertical edges (D2L 7.1, 7.2)."""

from dataclasses import dataclass, field

from deepdive.recipes.optimization import ScheduleName
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import Column, Epochs, Side, Steps
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import LoopSettings, OptimizerSettings


@recipe(
    "edge-kernel",
    chapter=7,
    section="7.2",
    title="Learn an edge filter from one image",
    data="stripe",
    experiment="deepdive.recipes.vision.classic.edge_experiment:EdgeExperiment",
    targets=(
        Target("kernel_error", 0.2, when={"preset": "smoke"}, higher_is_better=False),
        Target("kernel_error", 0.1, when={"preset": "book"}, higher_is_better=False),
        Target("kernel_error", 0.01, higher_is_better=False),
    ),
    presets={
        "smoke": {"epochs": 15},
        "quick": {},
        "book": {"epochs": 10, "optimizer": {"lr": 0.03}},
    },
)
@dataclass(frozen=True)
class EdgeKernelSettings(LoopSettings):
    """The image and how its edges are learnt."""

    height: Side = 6
    """Height of the white image in pixels."""
    width: Side = 8
    """Width of the white image in pixels."""
    stripe: tuple[Column, Column] = (2, 6)
    """First column of the black stripe, and the first one after it."""
    epochs: Epochs = 60
    """Optimiser steps, as there is one image."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings(lr=0.02, momentum=0.0))
    schedule: ScheduleName = "constant"
    log_every: Steps = 1
    """Optimiser steps between two records."""

    def _settle(self) -> None:
        super()._settle()
        first, end = self.stripe
        if not 0 < first < end < self.width:
            rule = f"two columns in ascending order, above 0 and below the width, {self.width}"
            raise SettingError("stripe", rule, self.stripe)
