"""A series forecast one and many steps ahead (D2L 9.1)."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from deepdive.recipes.ranges.types import BatchSize, Epochs, Length, Probability, ProperFraction, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.series.settings import SeriesSettings
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings

_AS_MEASURED = {"column": None, "learn": "levels", "network": "linear"}


@recipe(
    "forecast",
    chapter=9,
    section="9.1",
    title="Forecasts of a series, and baselines",
    data="sunspots",
    experiment="deepdive.recipes.series.forecast_experiment:ForecastExperiment",
    targets=(
        Target("test_skill_16", 0.2, when={"preset": "smoke", **_AS_MEASURED}),
        Target("test_skill_64", 0.2, when={"preset": "book", **_AS_MEASURED}),
        Target("test_skill_16", 0.25, when=_AS_MEASURED),
    ),
    presets={
        "smoke": {"epochs": 3, "log_every": 20},
        "quick": {},
        "book": {
            "tau": 4,
            "batch_size": 16,
            "epochs": 5,
            "schedule": "constant",
            "optimizer": {"name": "sgd", "lr": 0.01, "momentum": 0.0},
        },
    },
    keywords=(
        "time-series",
        "timeseries",
        "series",
        "forecasting",
        "predict",
        "arima",
        "temporal",
        "sequence",
        "stocks",
    ),
)
@dataclass(frozen=True)
class ForecastSettings(SeriesSettings, TrainingSettings):
    """Training settings, the series, how it is cut, and the forecaster."""

    data: str = "sunspots"
    """A named series (deepdive data list), or a file with a column of numbers: CSV, TSV, white space, Parquet."""
    learn: Literal["levels", "differences", "log-differences"] = "levels"
    """What is learnt: the values, their changes from step to step, or those of their logarithms (returns, for
    prices)."""
    network: Literal["linear", "mlp", "gru"] = "linear"
    """The forecaster: an autoregressive model, a perceptron, or a recurrent network over the window."""
    hidden: Width = 32
    """Width of the perceptron or of the recurrent network."""
    tau: Length = 132
    """Length of the window: how many past values the next one is forecast from."""
    horizons: Annotated[tuple[Length, ...], Meta(min_length=1)] = (1, 4, 16, 64)
    """How many steps ahead errors are measured; numbers beyond half of the test set are left out."""
    period: Length | None = None
    """Length of a cycle, for the seasonal baseline; that of the named series if not given."""
    test: ProperFraction = 0.2
    """Fraction of the values in the test set, at the end."""
    validation: Probability = 0.1
    """Fraction of the values in the validation set, before the test set; it chooses the best epoch."""
    ahead: Length = 24
    """How many values deepdive predict forecasts after the end of each file."""
    epochs: Epochs = 30
    batch_size: BatchSize = 32
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adamw", lr=0.003))
