"""Mean absolute error, and the fraction of the variance that is explained."""

import torch
from jaxtyping import Shaped
from torch import Tensor

from deepdive.checks import check_dtype, check_same_shape
from deepdive.training.metrics import Metric


class MeanAbsoluteError(Metric):
    """``mae = sum_i |o_i - y_i| / n``, in the target's unit.

    Raises:
        TypeError: from ``update``, outputs or targets are not real numbers.
        ValueError: from ``update``, the shapes differ.
    """

    total: Tensor
    count: Tensor

    def __init__(self) -> None:
        super().__init__(total=torch.float64, count=torch.int64)

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add a batch of predictions and targets of the same shape."""
        check_dtype("outputs", outputs, "real")
        check_dtype("targets", targets, "real")
        check_same_shape("targets", targets, "outputs", outputs)
        dtype = self.total.dtype
        self.total.add_((outputs.to(dtype) - targets.to(dtype)).abs().sum())
        self.count.add_(targets.numel())

    def compute(self) -> Tensor:
        """``total / count``."""
        return self.total / self.count


class R2(Metric):
    """``r2 = 1 - Σ (o - y)² / Σ (y - ȳ)²``: 1 is exact, 0 as good as the mean of the targets; NaN if all are the same.

    Targets are centred batch by batch, and put together by their means (Chan, Golub and LeVeque, 1983).

    Raises:
        TypeError: from ``update``, outputs or targets are not real numbers.
        ValueError: from ``update``, the shapes differ.
    """

    higher_is_better = True
    residual: Tensor
    spread: Tensor
    mean: Tensor
    count: Tensor

    def __init__(self) -> None:
        super().__init__(**dict.fromkeys(("residual", "spread", "mean", "count"), torch.float64))

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add a batch of predictions and targets of the same shape."""
        check_dtype("outputs", outputs, "real")
        check_dtype("targets", targets, "real")
        check_same_shape("targets", targets, "outputs", outputs)
        n = targets.numel()
        if not n:
            return
        targets = targets.to(self.mean.dtype)
        self.residual.add_((outputs.to(targets.dtype) - targets).square().sum())
        mean = targets.mean()
        step, both = mean - self.mean, self.count + n
        self.spread.add_((targets - mean).square().sum() + step.square() * self.count * n / both)
        self.mean.add_(step * n / both)
        self.count.add_(n)

    def compute(self) -> Tensor:
        """``1 - residual / spread``."""
        noise = self.count * torch.finfo(self.mean.dtype).eps ** 2 * 16 * self.mean.square()
        return torch.where(self.spread > noise, 1 - self.residual / self.spread, torch.nan)
