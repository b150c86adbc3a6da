"""Losses: one number for how wrong a prediction is (textbook sections 3.1 and 4.1)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import warnings
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module

from deepdive.scratch.activations import softplus
from deepdive.scratch.functional import log_softmax

Reduction = Literal["none", "mean", "sum"]


class MSELoss(Module):
    """``lᵢ = (inputᵢ - targetᵢ)²``; by default their mean.

    Shapes that differ are broadcast, with a warning as in the library: ``(n, 1)`` against ``(n,)`` is rarely meant.
    """

    def __init__(self, *, reduction: Reduction = "mean") -> None:
        super().__init__()
        self.reduction: Reduction = _checked(reduction)

    def forward(self, input: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        if input.shape != target.shape:
            warnings.warn(
                f"MSELoss broadcasts input {tuple(input.shape)} against target {tuple(target.shape)}; "
                "give both the same shape",
                stacklevel=2,
            )
        return _reduce((input - target) ** 2, self.reduction)


class BCEWithLogitsLoss(Module):
    """``lᵢ = -weightᵢ (pos_weight targetᵢ log σ(inputᵢ) + (1 - targetᵢ) log(1 - σ(inputᵢ)))``.

    ``log σ(x) = -softplus(-x)`` and ``log(1 - σ(x)) = -softplus(x) = -x - softplus(-x)``, so no logit overflows.

    Raises:
        ValueError: input and target differ in shape.
    """

    weight: Tensor | None
    pos_weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, *, reduction: Reduction = "mean", pos_weight: Tensor | None = None
    ) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.register_buffer("pos_weight", pos_weight)
        self.reduction: Reduction = _checked(reduction)

    def forward(self, input: Float[Tensor, "..."], target: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        if input.shape != target.shape:
            raise ValueError(f"target must have the shape of input, got {tuple(target.shape)} for {tuple(input.shape)}")
        positives = target if self.pos_weight is None else self.pos_weight * target
        loss = (1 - target) * input + (1 - target + positives) * softplus(-input)
        return _reduce(loss if self.weight is None else self.weight * loss, self.reduction)


class NLLLoss(Module):
    """``lᵢ = -weight[yᵢ] input[i, yᵢ]`` for log-probabilities ``input`` and true classes ``y``.

    Input ``(batch, classes, ...)`` or ``(classes,)``, target without the class dimension, of whole numbers in
    [0, classes) or ``ignore_index``, which counts nowhere. The mean divides by ``Σ weight[yᵢ]``.

    Raises:
        ValueError: shapes that do not fit, or a class out of range (checked on the CPU; a GPU reports it by itself).
    """

    weight: Tensor | None

    def __init__(
        self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: Reduction = "mean"
    ) -> None:
        super().__init__()
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction: Reduction = _checked(reduction)

    def forward(self, input: Float[Tensor, "..."], target: Tensor) -> Float[Tensor, "..."]:
        dim = _class_dim(input)
        picked, share = _pick(input, target, dim, self.weight, self.ignore_index)
        return _reduce(-picked, self.reduction, share)


class CrossEntropyLoss(Module):
    """``lᵢ = -Σ_c weight[c] target[i, c] log softmax(input[i])[c]``.

    The target holds true classes as in ``NLLLoss`` (then ``target[i, c] = 1 if c = yᵢ else 0``, and the mean divides
    by ``Σ weight[yᵢ]``) or, in the shape of the input, probabilities (then the mean divides by the number of
    examples). ``label_smoothing=ε`` mixes it with the uniform distribution: ``(1 - ε) target + ε / classes``.

    Raises:
        ValueError: as ``NLLLoss``, or ``label_smoothing`` is outside of [0, 1].
    """

    weight: Tensor | None

    def __init__(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: Reduction = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__()
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"label_smoothing must be between 0 and 1, got {label_smoothing}")
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.reduction: Reduction = _checked(reduction)
        self.label_smoothing = label_smoothing

    def forward(self, input: Float[Tensor, "..."], target: Tensor) -> Float[Tensor, "..."]:
        dim = _class_dim(input)
        log_probabilities = log_softmax(input, dim)
        if target.shape == input.shape:
            return self._against_probabilities(log_probabilities, target, dim)
        picked, share = _pick(log_probabilities, target, dim, self.weight, self.ignore_index)
        loss = -picked
        if self.label_smoothing:
            uniform = -_weighted(log_probabilities, self.weight, dim).mean(dim)
            uniform = torch.where(target == self.ignore_index, 0.0, uniform)
            loss = (1 - self.label_smoothing) * loss + self.label_smoothing * uniform
        return _reduce(loss, self.reduction, share)

    def _against_probabilities(self, log_probabilities: Tensor, target: Tensor, dim: int) -> Tensor:
        if not target.is_floating_point():
            raise ValueError(f"a target in the shape of input holds probabilities, got {target.dtype}")
        if self.label_smoothing:
            target = (1 - self.label_smoothing) * target + self.label_smoothing / target.shape[dim]
        loss = -_weighted(target * log_probabilities, self.weight, dim).sum(dim)
        return _reduce(loss, self.reduction)


def _pick(x: Tensor, target: Tensor, dim: int, weight: Tensor | None, ignore_index: int) -> tuple[Tensor, Tensor]:
    """``weight[y] x[y]`` of every example, and the sum of the ``weight[y]``; nothing where ``y`` is ignored."""
    classes = x.shape[dim]
    if target.shape != x.shape[:dim] + x.shape[dim + 1 :] or target.is_floating_point():
        raise ValueError(
            f"for input {tuple(x.shape)} target must hold whole numbers of shape "
            f"{tuple(x.shape[:dim] + x.shape[dim + 1 :])}, got {target.dtype} of shape {tuple(target.shape)}"
        )
    kept = target != ignore_index
    y = torch.where(kept, target, 0).long()
    # Reading a value off a GPU would stall it, and compiled code checks its indices by itself.
    if y.device.type == "cpu" and not torch.compiler.is_compiling() and y.numel():
        low, high = y.aminmax()
        if low < 0 or high >= classes:
            raise ValueError(
                f"target must be in [0, {classes}) or ignore_index={ignore_index}, got {int(low if low < 0 else high)}"
            )
    share = kept.to(x.dtype) if weight is None else weight[y] * kept
    picked = torch.where(kept, x.gather(dim, y.unsqueeze(dim)).squeeze(dim), 0.0)  # the input may be -inf there
    return picked * share, share.sum()


def _weighted(x: Tensor, weight: Tensor | None, dim: int) -> Tensor:
    return x if weight is None else x * weight.view(-1, *[1] * (x.ndim - dim - 1))


def _class_dim(x: Tensor) -> int:
    if x.ndim == 0:
        raise ValueError("input needs a dimension for the classes, got a single number")
    return 0 if x.ndim == 1 else 1


def _reduce(loss: Tensor, reduction: Reduction, share: Tensor | None = None) -> Tensor:
    """All losses, their sum, or the sum by ``share``: by the number of examples if not given."""
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    if share is not None:
        return loss.sum() / share
    return loss.mean()


def _checked(reduction: Reduction) -> Reduction:
    if reduction not in ("none", "mean", "sum"):
        raise ValueError(f"reduction must be 'none', 'mean' or 'sum', got {reduction!r}")
    return reduction
