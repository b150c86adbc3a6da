"""Losses that are 0 beyond a margin: the right answer has to win by that much, and no more."""

# ruff: noqa: D102 (what forward computes is said by its class)

import torch
from jaxtyping import Float, Int64, Real, Shaped
from torch import Tensor

from deepdive.checks import check_bounds, check_labels, check_same_shape, shown
from deepdive.scratch._arguments import checked
from deepdive.scratch._precision import autocast
from deepdive.scratch.losses._reduction import Loss, PlainLoss, Reduction, Weight, check_broadcast_pair, reduced


class MarginRankingLoss(Loss):
    """``lᵢ = max(0, -targetᵢ (input1ᵢ - input2ᵢ) + margin)``: where the target is 1, ``input1`` is to be the larger.

    Raises:
        ValueError: the shapes do not fit each other.
    """

    @checked
    def __init__(self, margin: float = 0.0, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)
        check_bounds("margin", margin)
        self.margin = margin

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(
        self, input1: Real[Tensor, "..."], input2: Real[Tensor, "..."], target: Real[Tensor, "..."]
    ) -> Real[Tensor, "..."]:
        if not input1.ndim == input2.ndim == target.ndim:
            shapes = f"{shown(input1.shape)}, {shown(input2.shape)} and {shown(target.shape)}"
            raise ValueError(f"input1, input2 and target must have as many dimensions, got {shapes}")
        check_broadcast_pair(input1, input2, "input2")
        check_broadcast_pair(input1, target)
        return reduced((-target * (input1 - input2) + self.margin).clamp(min=0), self.reduction)


class HingeEmbeddingLoss(Loss):
    """``lᵢ = inputᵢ`` where the target is 1, ``max(0, margin - inputᵢ)`` where it is -1: for distances ``input``.

    Raises:
        ValueError: the shapes do not fit each other.
    """

    @checked
    def __init__(self, margin: float = 1.0, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)
        check_bounds("margin", margin)
        self.margin = margin

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(self, input: Float[Tensor, "..."], target: Shaped[Tensor, "..."]) -> Float[Tensor, "..."]:
        check_broadcast_pair(input, target)
        near = torch.where(target != -1, input, 0.0)
        far = torch.where(target != 1, (self.margin - input).clamp(min=0), 0.0)
        return reduced(near + far, self.reduction)


class MultiMarginLoss(Loss):
    """``lᵢ = 1/C Σ_{c ≠ y} weight[y] max(0, margin - input[i, y] + input[i, c])^p`` with ``y = targetᵢ`` of C classes.

    Input ``(batch, classes)`` or ``(classes,)``, target without the classes (Crammer and Singer, 2001).

    Raises:
        TypeError: the target is not of dtype int64.
        ValueError: ``p`` is neither 1 nor 2, shapes do not fit, or a class is out of range.
    """

    weight: Tensor | None

    @checked
    def __init__(
        self, p: int | float = 1, margin: float = 1.0, weight: Weight = None, *, reduction: Reduction = "mean"
    ) -> None:
        super().__init__(reduction)
        if p not in (1, 2):
            raise ValueError(f"p must be 1 or 2, got {p}")
        if weight is not None and weight.ndim != 1:
            raise ValueError(f"weight must have one dimension, got shape {shown(weight.shape)}")
        check_bounds("margin", margin)
        self.register_buffer("weight", weight)
        self.p = p
        self.margin = margin

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(self, input: Float[Tensor, "*batch classes"], target: Int64[Tensor, "*batch"]) -> Float[Tensor, "..."]:
        x = _rows(input)
        if target.ndim > 1 or target.numel() != len(x):
            raise ValueError(
                f"target must have the shape of input without its classes, {shown(input.shape[:-1])}, got "
                f"{shown(target.shape)}"
            )
        _check_classes(target, input.shape[-1])
        if self.weight is not None and self.weight.shape != input.shape[-1:]:
            raise ValueError(
                f"weight must have one number per class, {input.shape[-1]}, got {shown(self.weight.shape)}"
            )
        y = target.reshape(-1, 1)
        difference = self.margin - x.gather(1, y) + x
        counted = (torch.arange(x.shape[1], device=x.device) != y) & (difference > 0)
        violation = torch.where(counted, difference, 0.0) ** self.p
        if self.weight is not None:
            violation = torch.where(counted, self.weight[y], 0.0) * violation
        return reduced((violation.sum(1) / x.shape[1]).view(target.shape), self.reduction)


class MultiLabelMarginLoss(PlainLoss):
    """``lᵢ = 1/C Σ_{j ∈ y} Σ_{c ∉ y} max(0, 1 - (input[i, j] - input[i, c]))`` with the classes ``y`` of an example.

    Input ``(batch, classes)`` or ``(classes,)``; the target has the same shape and holds the true classes, first of
    all, then -1.

    Raises:
        TypeError: the target is not of dtype int64.
        ValueError: the shapes differ, or a class is out of range.
    """

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(
        self, input: Float[Tensor, "*batch classes"], target: Int64[Tensor, "*batch classes"]
    ) -> Float[Tensor, "..."]:
        x = _rows(input)
        check_same_shape("target", target, "input", input)
        _check_classes(target, input.shape[-1], -1)
        y = target.reshape(x.shape)
        listed = (y >= 0).long().cumprod(1).bool()  # up to the first -1
        y = torch.where(listed, y, 0)
        true = torch.zeros_like(x).scatter_add(1, y, listed.to(x.dtype)) > 0
        difference = 1 - x.gather(1, y).unsqueeze(2) + x.unsqueeze(1)  # (batch, listed, classes)
        counted = listed.unsqueeze(2) & ~true.unsqueeze(1) & (difference > 0)
        loss = torch.where(counted, difference, 0.0).sum((1, 2)) / x.shape[1]
        return reduced(loss.view(input.shape[:-1]), self.reduction)


def _rows(input: Tensor) -> Float[Tensor, "batch classes"]:
    """A batch, also of one example alone."""
    if input.ndim not in (1, 2) or input.shape[-1] == 0:
        raise ValueError(f"input must have shape (batch, classes) or (classes,), got {shown(input.shape)}")
    return input if input.ndim == 2 else input.unsqueeze(0)


def _check_classes(target: Tensor, classes: int, ended: int | None = None) -> None:
    # Reading a value off a GPU would stall it, and compiled code checks its indices by itself.
    if target.device.type == "cpu" and not torch.compiler.is_compiling():
        check_labels("target", target, classes, ended)
