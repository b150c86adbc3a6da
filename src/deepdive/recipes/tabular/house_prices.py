"""House prices in Ames, the competition (D2L 5.7)."""

from dataclasses import dataclass, field

from deepdive.recipes.ranges.types import BatchSize, Epochs, Folds, Probability, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.tabular.settings import Activation, PerceptronSettings

_AS_MEASURED = {"target": None, "kind": "auto", "log_target": True}


@recipe(
    "house-prices",
    chapter=5,
    section="5.7",
    title="House prices in Ames: k-fold CV",
    data="kaggle-house",
    experiment="deepdive.recipes.tabular.experiment:TableExperiment",
    targets=(
        Target("test_log_rmse", 0.25, when={"preset": "smoke", **_AS_MEASURED}, higher_is_better=False),
        Target("test_log_rmse", 0.18, when={"preset": "book", **_AS_MEASURED}, higher_is_better=False),
        Target("test_log_rmse", 0.14, when=_AS_MEASURED, higher_is_better=False),
    ),
    presets={
        "smoke": {"folds": 2, "epochs": 3, "log_every": 10},
        "quick": {},
        "book": {
            "epochs": 10,
            "hidden": [],
            "dropout": 0.0,
            "schedule": "constant",
            "log_features": False,
            "optimizer": {"name": "sgd", "lr": 0.01, "momentum": 0.0, "weight_decay": 0.0},
        },
    },
    keywords=("regression", "regress", "prices", "kaggle", "cross-validation", "folds"),
)
@dataclass(frozen=True)
class HousePricesSettings(PerceptronSettings):
    """A perceptron on few rows with many columns: k folds, strong regularisation, errors relative to the price."""

    data: str = "kaggle-house"
    """A named table (deepdive data list), or a file: CSV, TSV, white-space separated text, Parquet."""
    log_target: bool = True
    """Learn the logarithm of the target: errors are relative then."""
    folds: Folds = 5
    """With k of 2 or more: k networks, each tested on its k-th of the rows and trained on the others."""
    validation: Probability = 0.0
    """Fraction of the training rows in the validation set, which chooses the best epoch; with 0 all are learnt from."""
    epochs: Epochs = 60
    batch_size: BatchSize = 64
    hidden: tuple[Width, ...] = (128,)
    """Width of each hidden layer; none makes a linear model."""
    activation: Activation = "GELU"
    """Activation function between the layers."""
    dropout: Probability = 0.5
    """Probability of dropping a hidden unit in training."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adamw", lr=0.01, weight_decay=1.0))
