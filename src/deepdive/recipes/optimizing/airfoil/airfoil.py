"""Stochastic gradient descent by minibatches of any size: time and loss (D2L 12.5)."""

from dataclasses import dataclass
from typing import Annotated

from msgspec import Meta

from deepdive.recipes.ranges import Checked, SettingError
from deepdive.recipes.ranges.types import BatchSize, Epochs, LearningRate, Seed
from deepdive.recipes.registry import Target, recipe


@recipe(
    "airfoil",
    chapter=12,
    section="12.5",
    title="Minibatches: time and loss",
    data="airfoil",
    experiment="deepdive.recipes.optimizing.airfoil.experiment:AirfoilExperiment",
    targets=(
        Target("minibatch_loss", 0.25, when={"preset": "smoke"}, higher_is_better=False),
        Target("minibatch_loss", 0.246, higher_is_better=False),
    ),
    presets={
        "smoke": {"batch_sizes": [10, 100], "epochs": 2},
        "quick": {},
        "book": {"batch_sizes": [1, 10, 100, 1500], "rates": [0.005, 0.05, 0.4, 1.0]},
    },
    keywords=("minibatch", "batch-size", "sgd", "optimization", "speed", "time"),
)
@dataclass(frozen=True)
class AirfoilSettings(Checked):
    """Batch sizes, and how far each goes."""

    data: str = "airfoil"
    """airfoil: 1,503 measurements of the noise of wing profiles, of which the first 1,500 are learnt from; or another
    named table, or a file: CSV, TSV, text, Parquet, of whose columns of numbers all rows are learnt from."""
    target: str | None = None
    """The column to predict, of numbers; that of the named table, or the last one of numbers, if not given."""
    batch_sizes: Annotated[tuple[BatchSize, ...], Meta(min_length=1)] = (1, 3, 10, 30, 100, 300, 1500)
    """Numbers of rows in a step, in ascending order; more than there are count as all."""
    epochs: Epochs = 10
    """Passes over the rows for each batch size."""
    rates: tuple[LearningRate, ...] = ()
    """Learning rates, one for each batch size, as the preset book has them; if none, lr-per-row times the batch size,
    but not above largest-lr."""
    lr_per_row: LearningRate = 0.005
    """Learning rate of a step by one row."""
    largest_lr: LearningRate = 0.5
    """Learning rate that no batch size goes beyond."""
    seed: Seed = 0
    """Seed of the first weights and of the order of rows."""

    def rate(self, batch_size: int) -> float:
        """The learning rate of one of the batch sizes."""
        if self.rates:
            return self.rates[self.batch_sizes.index(batch_size)]
        return min(self.largest_lr, self.lr_per_row * batch_size)

    def _settle(self) -> None:
        if list(self.batch_sizes) != sorted(set(self.batch_sizes)):
            raise SettingError("batch_sizes", "in ascending order", self.batch_sizes)
        if self.rates and len(self.rates) != len(self.batch_sizes):
            raise SettingError("rates", f"one for each of the {len(self.batch_sizes)} batch sizes", self.rates)
