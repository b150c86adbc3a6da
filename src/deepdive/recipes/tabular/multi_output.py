"""Several outputs of one network: age and gender from the other columns of a census."""

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import BatchSize, Epochs, PositiveMagnitude, Probability, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings


@recipe(
    "multi-output",
    chapter=6,
    title="Age and gender from a census row",
    data="adult",
    experiment="deepdive.recipes.tabular.multi_output_experiment:MultiOutputExperiment",
    targets=(
        Target("test_gender_accuracy", 0.70, when={"preset": "smoke"}),
        Target("test_gender_accuracy", 0.83),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 60, "log_every": 20},
        "quick": {},
        "book": {"epochs": 12, "learn_weights": True},
    },
    keywords=("multi-task", "census", "classify", "regression"),
)
@dataclass(frozen=True)
class MultiOutputSettings(TrainingSettings):
    """A table, the columns to predict, and how much each counts."""

    data: str = "adult"
    """A named table (deepdive data list), or a file: CSV, TSV, white-space separated text, Parquet."""
    targets: Annotated[tuple[str, ...], Meta(min_length=1)] = ("age", "gender")
    """The columns to predict: numbers by their value, words by their class."""
    weights: tuple[PositiveMagnitude, ...] = (1.0, 1.0)
    """Weight of each target's loss in the sum."""
    learn_weights: bool = False
    """Learn the weights of the losses from how uncertain each output is; they start as given."""
    ignore: tuple[str, ...] = ()
    """Columns not to learn from."""
    test: Probability = 0.2
    """Fraction of the rows in the test set."""
    validation: Probability = 0.1
    """Fraction of the other rows in the validation set, which chooses the best epoch."""
    hidden: tuple[Width, ...] = (128, 64)
    """Width of each shared layer."""
    dropout: Probability = 0.1
    """Probability of dropping a hidden unit in training."""
    epochs: Epochs = 6
    batch_size: BatchSize = 256
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adamw", lr=0.004))

    def _settle(self) -> None:
        super()._settle()
        if len(self.weights) != len(self.targets):
            raise SettingError("weights", f"{len(self.targets)} numbers, one for each target", self.weights)
