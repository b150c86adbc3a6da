"""A convolution that learns to find vertical edges (textbook sections 7.1 and 7.2)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import Column, Epochs, Side, Steps
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import LoopSettings, OptimizerSettings

if TYPE_CHECKING:
    from deepdive.recipes.vision.classic.edge_experiment import EdgeExperiment


@dataclass(frozen=True)
class EdgeKernelSettings(LoopSettings):
    """The picture and how its edges are learnt."""

    height: Side = 6
    """Of the white picture."""
    width: Side = 8
    """Of the white picture."""
    stripe: tuple[Column, Column] = (2, 6)
    """First column of the black stripe, and the first one after it."""
    epochs: Epochs = 60
    """Updates: there is one picture."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings(lr=0.02, momentum=0.0))
    schedule: Literal["constant", "one-cycle", "cosine", "step"] = "constant"
    """How the learning rate changes from step to step (step: a tenth after each third of the run)."""
    log_every: Steps = 1
    """Updates between two records."""

    def _settle(self) -> None:
        super()._settle()
        first, end = self.stripe
        if not 0 < first < end < self.width:
            rule = f"two columns in ascending order, above 0 and below the width, {self.width}"
            raise SettingError("stripe", rule, self.stripe)


@recipe(
    "edge-kernel",
    chapter="7.2",
    title="Learn the kernel [1, -1] from a picture and its edges",
    data="stripe",
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
def edge_kernel(settings: EdgeKernelSettings) -> "EdgeExperiment":
    """One convolution of one row and two columns."""
    from deepdive.recipes.vision.classic.edge_experiment import EdgeExperiment

    return EdgeExperiment(settings)
