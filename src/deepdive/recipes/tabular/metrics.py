"""The error of a network in the unit of the table's target, and that of several folds."""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from deepdive.data.tables import NumericTarget
from deepdive.training.metrics import MeanSquaredError


class ScaledRootMeanSquaredError(MeanSquaredError):
    """``rmse = scale · sqrt(sum_i (o_i - y_i)^2 / n)`` of outputs and targets that were divided by ``scale``.

    With a standardised target and its standard deviation as ``scale`` the error is in the target's own unit.

    Raises:
        ValueError: ``scale`` is not positive.
    """

    def __init__(self, scale: float) -> None:
        if not scale > 0:
            raise ValueError(f"scale is {scale}; it must be positive")
        super().__init__(root=True)
        self.scale = scale

    def compute(self) -> Tensor:
        """The error, a scalar."""
        return torch.as_tensor(self.scale) * super().compute()


def error_name(target: NumericTarget) -> str:
    """``rmse``, or ``log_rmse`` on the logarithmic scale."""
    return "log_rmse" if target.column.log else "rmse"


def pooled(metrics: Sequence[Mapping[str, float]], rows: Sequence[int]) -> dict[str, float]:
    """The metrics of all folds as those of one: of every test row in the network that did not learn from it.

    Means weighted by the number of test ``rows``, the root mean square for root mean squared errors; ``..._std`` is the
    standard deviation of ``test_...`` from fold to fold.
    """
    if len(metrics) == 1:
        return dict(metrics[0])
    total = sum(rows)
    found: dict[str, float] = {}
    for name in metrics[0]:
        values = [each[name] for each in metrics]
        power = 2 if name.endswith("rmse") else 1
        mean = sum(n * value**power for n, value in zip(rows, values, strict=True)) / total
        found[name] = mean ** (1 / power)
        if name.startswith("test_"):
            centre = sum(values) / len(values)
            found[f"{name}_std"] = math.sqrt(sum((value - centre) ** 2 for value in values) / (len(values) - 1))
    return found
