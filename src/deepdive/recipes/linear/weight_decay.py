"""Weight decay against overfitting, as a penalty and in the optimiser (textbook section 3.7)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.linear.settings import SyntheticSettings
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings

if TYPE_CHECKING:
    from deepdive.recipes.linear.decay_experiment import DecayExperiment


@dataclass(frozen=True)
class WeightDecaySettings(SyntheticSettings):
    """Few rows of many dimensions: without decay, the rows are learnt by heart."""

    dimensions: int = 200
    """Inputs, each with the weight 0.01."""
    rows: int = 20
    """To learn from."""
    decay: float = 3.0
    """Weight decay of the two runs that have one; the third has none."""
    epochs: int = 100
    batch_size: int = 5
    log_every: int = 100
    """Optimiser steps between two records."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("sgd", lr=0.005, momentum=0.0))


@recipe(
    "weight-decay",
    chapter="3.7",
    title="Weight decay: as a penalty of the loss and in the optimiser",
    data="synthetic",
    targets=(
        Target("val_ratio", 1.0, when={"preset": "smoke"}, higher_is_better=False),
        Target("val_ratio", 0.8, higher_is_better=False),
    ),
    presets={
        "smoke": {"epochs": 20},
        "quick": {},
        "book": {"epochs": 10, "optimizer": {"lr": 0.01}},
    },
)
def weight_decay(settings: WeightDecaySettings) -> "DecayExperiment":
    """Three trainings of one linear layer that differ in nothing but the decay."""
    from deepdive.recipes.linear.decay_experiment import DecayExperiment

    return DecayExperiment(settings)
