"""How far predicted numbers are from the true ones."""

from typing import NamedTuple

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.signatures import checked


class RegressionScores(NamedTuple):
    """Errors of predicted numbers; NaN where a prediction is, or of nothing."""

    mae: float
    """Mean absolute error, in the unit of the numbers."""
    rmse: float
    """Root mean squared error, in the unit of the numbers."""
    r2: float
    """Coefficient of determination: 1 is perfect, 0 as good as the mean of the true numbers, below that worse."""


@checked
def regression_scores(predicted: Float[Tensor, " n"], true: Float[Tensor, " n"]) -> RegressionScores:
    """``MAE = Σ |e_i| / n``, ``RMSE = √(Σ e_i² / n)``, ``R² = 1 - Σ e_i² / Σ (y_i - ȳ)²`` with ``e_i = ŷ_i - y_i``.

    R² is NaN where all true numbers are the same: there is no spread to explain.

    >>> regression_scores(torch.tensor([1.0, 2.0, 5.0]), torch.tensor([1.0, 3.0, 5.0])).r2
    0.875

    Raises:
        TypeError: the numbers are not floating-point.
        ValueError: different lengths.
    """
    y, e = true.double(), predicted.double() - true.double()
    if not len(e):
        return RegressionScores(*[float("nan")] * 3)
    squares, spread = e.square().sum(), (y - y.mean()).square().sum()
    r2 = 1 - squares / torch.where(_all_equal(y), torch.nan, spread)
    return RegressionScores(float(e.abs().mean()), float((squares / len(e)).sqrt()), float(r2))


def _all_equal(y: Tensor) -> Tensor:
    return (y == y[0]).all()  # the spread itself may be a rounding
