"""Losses of numbers, and of the parameters of a distribution of numbers (D2L sections 3.1 and 22.7)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from typing import Literal

import torch
from jaxtyping import Float, Real, Shaped
from torch import Tensor
from torch.nn import Module

from deepdive.checks import check_bounds, shown
from deepdive.scratch._arguments import check_flags, check_option, checked
from deepdive.scratch._precision import autocast
from deepdive.scratch.activations import at_least
from deepdive.scratch.losses._reduction import Loss, PlainLoss, Reduction, broadcast_pair, check_broadcast_pair, reduced


class MSELoss(PlainLoss):
    """``lᵢ = (inputᵢ - targetᵢ)²``; by default their mean.

    Shapes that differ are broadcast, with a warning as in the library: ``(n, 1)`` against ``(n,)`` is rarely meant.

    Raises:
        TypeError: neither input nor target is floating-point, or one is complex.
        ValueError: their shapes do not fit each other.
    """

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(self, input: Shaped[Tensor, "..."], target: Shaped[Tensor, "..."]) -> Float[Tensor, "..."]:
        x, target = broadcast_pair(self, input, target)
        return reduced((x - target) ** 2, self.reduction)


class L1Loss(PlainLoss):
    """``lᵢ = |inputᵢ - targetᵢ|``; by default their mean. Shapes that differ are broadcast, with a warning.

    Raises:
        TypeError: neither input nor target is floating-point, or one is complex.
        ValueError: their shapes do not fit each other.
    """

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(self, input: Real[Tensor, "..."], target: Real[Tensor, "..."]) -> Float[Tensor, "..."]:
        x, target = broadcast_pair(self, input, target)
        return reduced((x - target).abs(), self.reduction)


class SmoothL1Loss(Loss):
    """``lᵢ = d² / (2 beta)`` where ``d = |inputᵢ - targetᵢ|`` is below ``beta``, else ``d - beta / 2``.

    ``HuberLoss`` with ``delta = beta``, divided by it: near 0 a square, far from it of slope 1 (Girshick, 2015). Shapes
    that differ are broadcast, with a warning.

    Raises:
        TypeError: neither input nor target is floating-point, or one is complex.
        ValueError: ``beta`` is negative, or the shapes do not fit each other.
    """

    @checked
    def __init__(self, *, reduction: Reduction = "mean", beta: float = 1.0) -> None:
        super().__init__(reduction)
        check_bounds("beta", beta, 0)
        self.beta = beta

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(self, input: Shaped[Tensor, "..."], target: Shaped[Tensor, "..."]) -> Float[Tensor, "..."]:
        x, target = broadcast_pair(self, input, target)
        d = (x - target).abs()
        return reduced(_huber(d, self.beta) / self.beta if self.beta else d, self.reduction)


class HuberLoss(Loss):
    """``lᵢ = d² / 2`` where ``d = |inputᵢ - targetᵢ|`` is below ``delta``, else ``delta (d - delta / 2)``.

    Near 0 a square, far from it a line (Huber, 1964). Shapes that differ are broadcast, with a warning.

    Raises:
        TypeError: neither input nor target is floating-point, or one is complex.
        ValueError: ``delta`` is not positive, or the shapes do not fit each other.
    """

    @checked
    def __init__(self, reduction: Reduction = "mean", delta: float = 1.0) -> None:
        super().__init__(reduction)
        check_bounds("delta", delta, above=0)
        self.delta = delta

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(self, input: Shaped[Tensor, "..."], target: Shaped[Tensor, "..."]) -> Float[Tensor, "..."]:
        x, target = broadcast_pair(self, input, target)
        return reduced(_huber((x - target).abs(), self.delta), self.reduction)


def _huber(d: Tensor, delta: float) -> Tensor:
    """``d² / 2`` up to ``delta``, from there on ``delta (d - delta / 2)``; the slope is finite where ``d`` is not."""
    near = d.clamp(max=delta)
    return near * (d - near / 2)


class KLDivLoss(Module):
    """``lᵢ = targetᵢ (log targetᵢ - inputᵢ)`` for log-probabilities ``input``: the divergence of Kullback and Leibler.

    ``log_target``: the target holds log-probabilities, too. The mean is one over all elements; "batchmean" divides the
    sum by the number of examples, which is the divergence itself (Kullback and Leibler, 1951).

    Raises:
        TypeError: the input or the target is not floating-point.
        ValueError: their shapes do not fit each other.
    """

    @checked
    def __init__(
        self, *, reduction: Literal["none", "mean", "sum", "batchmean"] = "mean", log_target: bool = False
    ) -> None:
        super().__init__()
        check_option("reduction", reduction, Literal["none", "mean", "sum", "batchmean"])
        self.reduction: Literal["none", "mean", "sum", "batchmean"] = reduction
        check_flags(log_target=log_target)
        self.log_target = log_target

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(self, input: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        check_broadcast_pair(input, target)
        if self.log_target:
            loss = target.exp() * (target - input)
        else:
            loss = torch.xlogy(target, target) - target * input
        if self.reduction != "batchmean":
            return reduced(loss, self.reduction)
        return loss.sum() / (len(input) if input.ndim else 1)


class GaussianNLLLoss(Loss):
    """``lᵢ = (log v + (inputᵢ - targetᵢ)² / v) / 2`` with ``v = max(varᵢ, eps)``: of a normal distribution.

    ``full`` adds ``log(2 π) / 2``. ``var`` has the shape of the input, without its last size or with a 1 in one place;
    its gradient passes the maximum as if it were not there (Nix and Weigend, 1994).

    Raises:
        ValueError: ``eps`` is negative, ``var`` has another shape or a negative number (checked on the CPU).
    """

    @checked
    def __init__(self, *, full: bool = False, eps: float = 1e-6, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)
        check_bounds("eps", eps, 0)
        self.full = full
        self.eps = eps

    @checked
    @autocast()
    def forward(
        self, input: Real[Tensor, "..."], target: Real[Tensor, "..."], var: Float[Tensor, "..."] | float
    ) -> Float[Tensor, "..."]:
        check_broadcast_pair(input, target)
        v = var if isinstance(var, Tensor) else torch.full_like(input, float(var))
        if v.shape == input.shape[:-1] and v.ndim < input.ndim:
            v = v.unsqueeze(-1)
        elif v.ndim != input.ndim or [a for a, b in zip(v.shape, input.shape, strict=True) if a != b] not in ([], [1]):
            raise ValueError(
                f"var must have the shape of input, {shown(input.shape)}, without its last size or with one of 1, "
                f"got {shown(v.shape)}"
            )
        # Reading a value off a GPU would stall it.
        if v.device.type == "cpu" and not torch.compiler.is_compiling() and (v < 0).any():
            raise ValueError(f"var must not be negative, got {v.min().item():.6g}")
        v = at_least(v, self.eps)
        loss = (v.log() + (input - target) ** 2 / v) / 2
        return reduced(loss + math.log(2 * math.pi) / 2 if self.full else loss, self.reduction)


class PoissonNLLLoss(Loss):
    """``lᵢ = exp(inputᵢ) - targetᵢ inputᵢ`` for counts ``target`` and logarithms ``input`` of their expected values.

    ``log_input=False``: the input holds the expected values, ``lᵢ = inputᵢ - targetᵢ log(inputᵢ + eps)``. ``full`` adds
    Stirling's ``log(t!) ≈ t log t - t + log(2 π t) / 2`` for targets ``t`` above 1.

    Raises:
        ValueError: the shapes do not fit each other.
    """

    @checked
    def __init__(
        self, log_input: bool = True, full: bool = False, *, eps: float = 1e-8, reduction: Reduction = "mean"
    ) -> None:
        super().__init__(reduction)
        check_flags(log_input=log_input, full=full)
        self.log_input = log_input
        self.full = full
        self.eps = eps

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(self, log_input: Real[Tensor, "..."], target: Real[Tensor, "..."]) -> Float[Tensor, "..."]:
        check_broadcast_pair(log_input, target)
        x = log_input
        loss = x.exp() - target * x if self.log_input else x - target * torch.log(x + self.eps)
        if self.full:
            t = target.clamp(min=1)
            stirling = t * t.log() - t + torch.log(2 * math.pi * t) / 2
            loss = loss + torch.where(target > 1, stirling, 0.0).to(loss.dtype)
        return reduced(loss, self.reduction)
