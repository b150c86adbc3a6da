"""The error of a network in the unit of the table's target."""

import torch
from torch import Tensor

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
