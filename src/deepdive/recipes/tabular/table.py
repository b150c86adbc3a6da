"""Any table of one's own; house values in California where none is named (D2L 2.2 and 5.7)."""

from dataclasses import dataclass, field, replace

from deepdive.recipes.ranges.types import BatchSize, Epochs, Probability
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.tabular.settings import Activation, PerceptronSettings

_FEW_ROWS = 5000
_AS_MEASURED = {"target": None, "kind": "auto", "log_target": False}


@recipe(
    "table",
    chapter=5,
    title="Any table, numbers or classes: MLP",
    data="california",
    experiment="deepdive.recipes.tabular.experiment:TableExperiment",
    targets=(
        Target("test_rmse", 0.75, when={"preset": "smoke", **_AS_MEASURED}, higher_is_better=False),
        Target("test_rmse", 0.55, when=_AS_MEASURED, higher_is_better=False),
    ),
    presets={"smoke": {"epochs": 1, "log_every": 20}, "quick": {}, "book": {"folds": 5}},
    keywords=(
        "tabular",
        "csv",
        "tsv",
        "parquet",
        "excel",
        "spreadsheet",
        "rows",
        "columns",
        "classify",
        "classification",
        "regression",
        "regress",
        "predict",
        "churn",
        "tree",
        "xgboost",
        "california",
    ),
)
@dataclass(frozen=True)
class AnyTableSettings(PerceptronSettings):
    """A perceptron on a table; the defaults are for many rows with few columns."""

    epochs: Epochs = 60
    batch_size: BatchSize | None = None  # pyright: ignore[reportIncompatibleVariableOverride]
    """Examples per batch; if not given, 256, or 64 of a table of fewer than 5,000 rows."""
    dropout: Probability | None = None  # pyright: ignore[reportIncompatibleVariableOverride]
    """Probability of dropping a hidden unit in training; if not given, 0, or 0.5 with fewer than 5,000 rows."""
    activation: Activation = "GELU"
    """Activation function between the layers."""
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=0.005, weight_decay=0.01)
    )

    def suited(self, rows: int) -> "AnyTableSettings":
        """What is not given, as it suits a table of so many rows: few need more steps, and are soon learnt by heart."""
        few = rows < _FEW_ROWS
        return replace(
            self,
            batch_size=self.batch_size or (64 if few else 256),
            dropout=(0.5 if few else 0.0) if self.dropout is None else self.dropout,
        )
