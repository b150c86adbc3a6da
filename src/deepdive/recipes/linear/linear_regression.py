"""Linear regression, on data with a known truth or on any table (D2L 3.4 and 3.5)."""

from dataclasses import dataclass, field

from deepdive.recipes.optimization import ScheduleName
from deepdive.recipes.ranges.types import BatchSize, Epochs, Magnitude, Probability, Rows
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.tabular.settings import TableSettings


@recipe(
    "linear-regression",
    chapter=3,
    section="3.5",
    title="Linear regression, also on your table",
    data="synthetic",
    experiment="deepdive.recipes.linear.regression:linear_regression",
    targets=(
        Target("weight_error", 0.5, when={"preset": "smoke"}, higher_is_better=False),
        Target("weight_error", 0.05, when={"preset": "book"}, higher_is_better=False),
        Target("weight_error", 0.005, higher_is_better=False),
    ),
    presets={"smoke": {"epochs": 3, "rows": 500}, "quick": {}, "book": {"epochs": 3}},
    keywords=("regression", "regress", "numbers", "linear", "least-squares", "table", "csv"),
)
@dataclass(frozen=True)
class LinearRegressionSettings(TableSettings):
    """Plain descent on the squared loss; settings about tables have no effect on synthetic data."""

    data: str = "synthetic"
    """synthetic: y = 2 x1 - 3.4 x2 + 4.2 and noise; or a named table, or a file: CSV, TSV, text, Parquet."""
    rows: Rows = 1000
    """Training rows of the synthetic data; it has as many validation rows and as many test rows."""
    noise: Magnitude = 0.01
    """Standard deviation of the noise in the synthetic data."""
    epochs: Epochs = 10
    batch_size: BatchSize = 32
    log_features: bool = False
    """Take the logarithm of skewed numeric columns."""
    validation: Probability = 0.0
    """Fraction of the training rows in the validation set, which chooses the best epoch; with 0 all are learnt from."""
    schedule: ScheduleName = "constant"
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("sgd", lr=0.03, momentum=0.0))
