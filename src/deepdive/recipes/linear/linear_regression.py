"""Linear regression, on data with a known truth or on any table (textbook sections 3.4 and 3.5)."""

from dataclasses import dataclass, field
from typing import Literal

from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import BatchSize, Epochs, Magnitude, Probability, Rows, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.tabular.settings import TableSettings


@recipe(
    "linear-regression",
    chapter=3,
    section="3.5",
    title="Linear regression on data with a known truth, or on a table",
    data="synthetic",
    experiment="deepdive.recipes.linear.synthetic_experiment:SyntheticExperiment",
    targets=(
        Target("weight_error", 0.5, when={"preset": "smoke"}, higher_is_better=False),
        Target("weight_error", 0.05, when={"preset": "book"}, higher_is_better=False),
        Target("weight_error", 0.005, higher_is_better=False),
    ),
    presets={
        "smoke": {"epochs": 3, "rows": 500},
        "quick": {},
        "book": {"epochs": 3},
    },
)
@dataclass(frozen=True)
class LinearRegressionSettings(TableSettings):
    """Plain descent on the squared loss; what is said of tables has no effect on synthetic data."""

    data: str = "synthetic"
    """synthetic: y = 2 x1 - 3.4 x2 + 4.2 and noise; or a named table, or a file: CSV, TSV, text, Parquet."""
    rows: Rows = 1000
    """Of the synthetic training data; as many again validate, and as many test."""
    noise: Magnitude = 0.01
    """Standard deviation of what no model can predict in the synthetic data."""
    epochs: Epochs = 10
    batch_size: BatchSize = 32
    log_features: bool = False
    """Take the logarithm of skewed numeric columns."""
    validation: Probability = 0.0
    """Share of the training rows held out to choose the best epoch; with 0 all are learnt from."""
    hidden: tuple[Width, ...] = ()
    """None: a linear model has no hidden layer."""
    schedule: Literal["constant", "one-cycle", "cosine", "step"] = "constant"
    """How the learning rate changes from step to step (step: a tenth after each third of the run)."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("sgd", lr=0.03, momentum=0.0))

    def _settle(self) -> None:
        super()._settle()
        if self.hidden:
            raise SettingError("hidden", "empty: a linear model has no hidden layer (see california)", self.hidden)
