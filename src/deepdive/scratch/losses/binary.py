"""Losses of yes or no, for one question or for each of several (D2L section 4.1)."""

# ruff: noqa: D102 (what forward computes is said by its class)

from typing import Any

import torch
from jaxtyping import Float, Real
from torch import Tensor
from torch.autograd import Function

from deepdive.checks import check_same_shape
from deepdive.scratch._arguments import check_broadcasts, checked
from deepdive.scratch._precision import autocast
from deepdive.scratch.activations import softplus
from deepdive.scratch.losses._reduction import Loss, PlainLoss, Reduction, Weight, reduced


class BCELoss(Loss):
    """``lᵢ = -weightᵢ (targetᵢ log inputᵢ + (1 - targetᵢ) log(1 - inputᵢ))`` for probabilities ``input``.

    Logarithms are at least -100, and the derivative ``(input - target) / (input (1 - input))`` divides by at least
    1e-12: ``BCEWithLogitsLoss`` needs neither.

    Raises:
        ValueError: input and target differ in shape, the weight does not broadcast to it, or a probability is outside
            of [0, 1] (checked on the CPU; a GPU reports it by itself).
    """

    weight: Tensor | None

    @checked
    def __init__(self, weight: Weight = None, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)

    @checked
    def forward(self, input: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        check_same_shape("target", target, "input", input)
        if self.weight is not None:
            check_broadcasts("weight", self.weight, "the shape of input,", input.shape)
        # Reading a value off a GPU would stall it.
        if input.device.type == "cpu" and not torch.compiler.is_compiling():
            for name, x in (("input", input), ("target", target)):
                if not ((x >= 0) & (x <= 1)).all():
                    raise ValueError(f"{name} must hold probabilities, from 0 to 1, got {_farthest(x):.6g}")
        return self._loss(input, target, self.weight)

    @autocast(cpu="single", cuda="single")
    def _loss(self, input: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        loss = _CrossEntropy.apply(input, target)
        return reduced(loss if weight is None else (weight * loss).to(loss.dtype), self.reduction)


def _farthest(x: Tensor) -> float:
    return x.flatten()[(x - 0.5).abs().argmax()].item()


class _CrossEntropy(Function):
    """``-t max(log x, -100) - (1 - t) max(log(1 - x), -100)``, with a derivative that is finite at 0 and 1."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, t: Tensor) -> Tensor:
        return (t - 1) * torch.log1p(-x).clamp(min=-100) - t * torch.log(x).clamp(min=-100)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        x, t = ctx.saved_tensors
        by_target = torch.log1p(-x).clamp(min=-100) - torch.log(x).clamp(min=-100)
        return gradients[0] * (x - t) / ((1 - x) * x).clamp(min=1e-12), gradients[0] * by_target


class BCEWithLogitsLoss(Loss):
    """``lᵢ = -weightᵢ (pos_weight targetᵢ log σ(inputᵢ) + (1 - targetᵢ) log(1 - σ(inputᵢ)))``.

    ``log σ(x) = -softplus(-x)`` and ``log(1 - σ(x)) = -softplus(x) = -x - softplus(-x)``, so no logit overflows. Both
    weights broadcast to the shape of the input.

    Raises:
        TypeError: input or target is not floating-point.
        ValueError: input and target differ in shape, or a weight does not broadcast to it.
    """

    weight: Tensor | None
    pos_weight: Tensor | None

    @checked
    def __init__(self, weight: Weight = None, *, reduction: Reduction = "mean", pos_weight: Weight = None) -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)

    @checked
    def forward(self, input: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        check_same_shape("target", target, "input", input)
        for name, weight in (("weight", self.weight), ("pos_weight", self.pos_weight)):
            if weight is not None:
                check_broadcasts(name, weight, "the shape of input,", input.shape)
        return self._loss(input, target, self.weight, self.pos_weight)

    @autocast(cpu="single", cuda="single")
    def _loss(self, input: Tensor, target: Tensor, weight: Tensor | None, pos_weight: Tensor | None) -> Tensor:
        positives = target if pos_weight is None else pos_weight * target
        loss = (1 - target) * input + (1 - target + positives) * softplus(-input)
        loss = loss if weight is None else weight * loss
        return reduced(loss.to(target.dtype), self.reduction)


class SoftMarginLoss(PlainLoss):
    """``lᵢ = log(1 + exp(-targetᵢ inputᵢ))`` for targets 1 and -1: the logistic loss.

    Raises:
        ValueError: the shapes do not fit each other.
    """

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(self, input: Float[Tensor, "..."], target: Real[Tensor, "..."]) -> Float[Tensor, "..."]:
        check_broadcasts("target", target, "the shape of input,", input.shape)
        return reduced(softplus(-(target * input)).to(input.dtype), self.reduction)


class MultiLabelSoftMarginLoss(Loss):
    """``lᵢ = -1/C Σ_c weight[c] (t log σ(x) + (1 - t) log σ(-x))`` with ``x, t = input[i, c], target[i, c]``.

    Each of the ``C`` classes in the last dimension is a question of its own.

    Raises:
        ValueError: the shapes do not fit each other.
    """

    weight: Tensor | None

    @checked
    def __init__(self, weight: Weight = None, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."], target: Real[Tensor, "..."]) -> Float[Tensor, "..."]:
        check_broadcasts("target", target, "the shape of input,", input.shape)
        if input.ndim == 0:
            raise ValueError("input must have a dimension for the classes, got a single number")
        loss = target * softplus(-input) + (1 - target) * softplus(input)
        if self.weight is not None:
            check_broadcasts("weight", self.weight, "the shape of input,", loss.shape)
            loss = self.weight * loss
        return reduced(loss.sum(-1) / input.shape[-1], self.reduction)
