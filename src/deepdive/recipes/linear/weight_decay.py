"""Weight decay against overfitting, as a penalty and in the optimiser (D2L 3.7)."""

from dataclasses import dataclass, field

from deepdive.recipes.linear.settings import SyntheticSettings
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import BatchSize, Epochs, Penalty, Rows, Steps, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings


@recipe(
    "weight-decay",
    chapter=3,
    section="3.7",
    title="Weight decay in loss and optimiser",
    data="synthetic",
    experiment="deepdive.recipes.linear.decay_experiment:DecayExperiment",
    targets=(
        Target("val_ratio", 1.0, when={"preset": "smoke"}, higher_is_better=False),
        Target("val_ratio", 0.8, higher_is_better=False),
    ),
    presets={"smoke": {"epochs": 20}, "quick": {}, "book": {"epochs": 10, "optimizer": {"lr": 0.01}}},
)
@dataclass(frozen=True)
class WeightDecaySettings(SyntheticSettings):
    """Few rows of many dimensions: without decay, the rows are learnt by heart."""

    dimensions: Width = 200
    """Number of inputs, each with the true weight 0.01."""
    rows: Rows = 20
    """Number of training rows."""
    decay: Penalty = 3.0
    """Weight decay of the two training runs that have one; the third has none."""
    epochs: Epochs = 100
    batch_size: BatchSize = 5
    log_every: Steps = 100
    """Optimiser steps between two records."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("sgd", lr=0.005, momentum=0.0))

    def _settle(self) -> None:
        super()._settle()
        if self.optimizer.name != "sgd":
            rule = "'sgd', with which alone the two forms of decay are the same"
            raise SettingError("optimizer.name", rule, self.optimizer.name)
        if self.optimizer.weight_decay:
            raise SettingError("optimizer.weight_decay", "0 (set decay instead)", self.optimizer.weight_decay)
