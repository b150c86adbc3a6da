"""Closed form, limit of gradient descent and ridge against scikit-learn, on real tables in their own units.

Each figure is the largest difference of a weight or of the bias, in the target's unit: a weight counts per standard
deviation of its feature. Descent is compared with scikit-learn's closed form, which is where it must arrive.
"""

import sys
from collections.abc import Iterator

import polars as pl
import torch
from sklearn.datasets import load_diabetes
from sklearn.linear_model import LinearRegression, Ridge
from torch import Tensor

from benchmarks._table import Row, show
from deepdive.algorithms.regression import LinearFit, descent_limit, least_squares, ridge
from deepdive.data.tables import read_named

PENALTY = 10.0


def airfoil() -> tuple[Tensor, Tensor]:
    table = read_named("airfoil")
    rows = torch.from_numpy(table.select(pl.all().cast(pl.Float64)).to_numpy(writable=True))
    return rows[:, :-1], rows[:, -1]


def diabetes() -> tuple[Tensor, Tensor]:
    x, y = load_diabetes(return_X_y=True, scaled=False)
    return torch.from_numpy(x).double(), torch.from_numpy(y).double()


def apart(fit: LinearFit, theirs: LinearRegression | Ridge, deviation: Tensor) -> float:
    weights = ((fit.weight - torch.from_numpy(theirs.coef_)) * deviation).abs().max()
    return max(float(weights), abs(float(fit.bias) - float(theirs.intercept_)))


def rows() -> Iterator[Row]:
    for name, (x, y) in (("airfoil", airfoil()), ("diabetes", diabetes())):
        plain, penalised = LinearRegression().fit(x, y), Ridge(alpha=PENALTY).fit(x, y)
        limit = descent_limit(x, y)
        for what, fit, theirs in (
            ("closed form", least_squares(x, y, method="normal"), plain),
            (f"descent, {limit.steps} steps", limit, plain),
            (f"ridge {PENALTY:g}", ridge(x, y, PENALTY), penalised),
        ):
            difference = apart(fit, theirs, x.std(dim=0))
            yield Row(f"{name}: {what} - scikit-learn", difference, None, difference, 1e-4, False, "")


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
