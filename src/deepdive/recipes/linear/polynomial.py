"""Underfitting, overfitting and the choice of a model (D2L 3.6)."""

from dataclasses import dataclass, field
from typing import Annotated

from msgspec import Meta

from deepdive.recipes.linear.settings import SyntheticSettings
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import BatchSize, Degree, Epochs, Magnitude, Rows, Steps
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings


@recipe(
    "polynomial",
    chapter=3,
    section="3.6",
    title="Polynomials: under- and overfitting",
    data="synthetic",
    experiment="deepdive.recipes.linear.polynomial_experiment:PolynomialExperiment",
    targets=(
        Target("test_rmse", 0.2, when={"preset": "smoke"}, higher_is_better=False),
        Target("test_rmse", 0.11, higher_is_better=False),
    ),
    presets={
        "smoke": {"epochs": 10, "max_degree": 6, "compared": [1, 3]},
        "quick": {},
        "book": {"epochs": 400},
    },
)
@dataclass(frozen=True)
class PolynomialSettings(SyntheticSettings):
    """Rows of a cubic polynomial, and polynomials that are too simple, right and too rich for it."""

    rows: Rows = 100
    """Number of training rows; there are as many validation rows, and 1,000 test rows for the chosen degree."""
    noise: Magnitude = 0.1
    """Standard deviation of the noise."""
    max_degree: Degree = 20
    """Highest degree that cross-validation compares; it begins with 1."""
    folds: Annotated[int, Meta(ge=2, le=1000)] = 5
    """Number of folds of the cross-validation."""
    compared: Annotated[tuple[Degree, ...], Meta(min_length=1)] = (1, 3, 19)
    """Degrees that are also trained by gradient descent, for their learning curves."""
    epochs: Epochs = 200
    batch_size: BatchSize = 10
    log_every: Steps = 200
    """Optimiser steps between two records."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("sgd", lr=0.01, momentum=0.0))

    def _settle(self) -> None:
        super()._settle()
        if self.folds > self.rows:
            raise SettingError("folds", f"at most the number of rows, {self.rows}", self.folds)
