"""A series forecast one and many steps ahead (textbook section 9.1)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Literal

from msgspec import Meta

from deepdive.recipes.ranges.types import BatchSize, Epochs, Length, Probability, ProperFraction, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute


@recipe(
    "forecast",
    chapter=9,
    section="9.1",
    title="Forecasting a series 1, 4, 16 and 64 steps ahead, with its baselines",
    data="sunspots",
    experiment="deepdive.recipes.series.forecast_experiment:ForecastExperiment",
    targets=(
        Target("test_skill_16", 0.2, when={"preset": "smoke", "column": None, "learn": "levels", "network": "linear"}),
        Target("test_skill_64", 0.2, when={"preset": "book", "column": None, "learn": "levels", "network": "linear"}),
        Target("test_skill_16", 0.25, when={"column": None, "learn": "levels", "network": "linear"}),
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
)
@dataclass(frozen=True)
class ForecastSettings(TrainingSettings):
    """Training settings, the series, how it is cut, and the forecaster."""

    data: str = "sunspots"
    """A named series (deepdive data list), or a file with a column of numbers: CSV, TSV, white space, Parquet."""
    column: str | None = None
    """Which column; that of the named series, or the only one with numbers."""
    time: str | None = None
    """The column that tells the time of a row; found by its name, or by what it holds, if not given."""
    delimiter: str | None = None
    """Of a text file: one character, or comma, semicolon, tab, space, bar, whitespace; by its header if not given."""
    gaps: Literal["refuse", "interpolate"] = "refuse"
    """What becomes of rows without a value."""
    order: Literal["refuse", "sort", "keep"] = "refuse"
    """What becomes of rows that are not in the order of time: an error, sorted by their times, or kept as they are."""
    learn: Literal["levels", "differences", "log-differences"] = "levels"
    """The values, their changes from step to step, or those of their logarithms (returns, for prices)."""
    network: Literal["linear", "mlp", "gru"] = "linear"
    """An autoregressive model, a perceptron, or a recurrent network over the window."""
    hidden: Width = 32
    """Width of the perceptron or of the recurrent network."""
    tau: Length = 132
    """How many past values the next one is forecast from."""
    horizons: Annotated[tuple[Length, ...], Meta(min_length=1)] = (1, 4, 16, 64)
    """How many steps ahead; those beyond half of the test part are left out."""
    period: Length | None = None
    """Steps of a cycle, for the seasonal baseline; that of the named series if not given."""
    test: ProperFraction = 0.2
    """Share of the values that test, at the end."""
    validation: Probability = 0.1
    """Share of the values that choose the best epoch, before those that test."""
    ahead: Length = 24
    """How many values predict says of each file."""
    epochs: Epochs = 30
    batch_size: BatchSize = 32
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adamw", lr=0.003))

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)
