"""House values in California, or any table of one's own (D2L 2.2 and 5.7)."""

from dataclasses import dataclass, field

from deepdive.recipes.ranges.types import BatchSize, Epochs
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.tabular.settings import Activation, PerceptronSettings

_AS_MEASURED = {"target": None, "kind": "auto", "log_target": False}


@recipe(
    "california",
    chapter=5,
    title="House values, or any table: MLP",
    data="california",
    experiment="deepdive.recipes.tabular.experiment:TableExperiment",
    targets=(
        Target("test_rmse", 0.75, when={"preset": "smoke", **_AS_MEASURED}, higher_is_better=False),
        Target("test_rmse", 0.55, when=_AS_MEASURED, higher_is_better=False),
    ),
    presets={"smoke": {"epochs": 1, "log_every": 20}, "quick": {}, "book": {"folds": 5}},
)
@dataclass(frozen=True)
class CaliforniaSettings(PerceptronSettings):
    """A perceptron on many rows with few columns."""

    epochs: Epochs = 60
    batch_size: BatchSize = 256
    activation: Activation = "GELU"
    """Activation function between the layers."""
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=0.005, weight_decay=0.01)
    )
