"""Losses besides the most usual ones, which the toolkit itself has."""

# ruff: noqa: D102 (these are promises; the promised things have docstrings)

from collections.abc import Callable
from typing import Literal, Protocol, runtime_checkable

from torch import Tensor, nn

from deepdive.toolkit.arguments import Reduction


@runtime_checkable
class Losses(Protocol):
    """By their usual names."""

    def BCELoss(self, weight: Tensor | None = None, *, reduction: Reduction = "mean") -> nn.Module: ...

    def CosineEmbeddingLoss(self, margin: float = 0.0, *, reduction: Reduction = "mean") -> nn.Module: ...

    def CTCLoss(self, blank: int = 0, reduction: Reduction = "mean", zero_infinity: bool = False) -> nn.Module: ...

    def GaussianNLLLoss(
        self, *, full: bool = False, eps: float = 1e-06, reduction: Reduction = "mean"
    ) -> nn.Module: ...

    def HingeEmbeddingLoss(self, margin: float = 1.0, *, reduction: Reduction = "mean") -> nn.Module: ...

    def HuberLoss(self, reduction: Reduction = "mean", delta: float = 1.0) -> nn.Module: ...

    def KLDivLoss(
        self, *, reduction: Literal["none", "mean", "sum", "batchmean"] = "mean", log_target: bool = False
    ) -> nn.Module: ...

    def L1Loss(self, *, reduction: Reduction = "mean") -> nn.Module: ...

    def MarginRankingLoss(self, margin: float = 0.0, *, reduction: Reduction = "mean") -> nn.Module: ...

    def MultiLabelMarginLoss(self, *, reduction: Reduction = "mean") -> nn.Module: ...

    def MultiLabelSoftMarginLoss(self, weight: Tensor | None = None, *, reduction: Reduction = "mean") -> nn.Module: ...

    def MultiMarginLoss(
        self, p: int = 1, margin: float = 1.0, weight: Tensor | None = None, *, reduction: Reduction = "mean"
    ) -> nn.Module: ...

    def PoissonNLLLoss(
        self, log_input: bool = True, full: bool = False, *, eps: float = 1e-08, reduction: Reduction = "mean"
    ) -> nn.Module: ...

    def SmoothL1Loss(self, *, reduction: Reduction = "mean", beta: float = 1.0) -> nn.Module: ...

    def SoftMarginLoss(self, *, reduction: Reduction = "mean") -> nn.Module: ...

    def TripletMarginLoss(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-06,
        swap: bool = False,
        *,
        reduction: Reduction = "mean",
    ) -> nn.Module: ...

    def TripletMarginWithDistanceLoss(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: Reduction = "mean",
    ) -> nn.Module: ...
