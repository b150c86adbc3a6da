"""Losses of classes: how probable the true one is (D2L section 4.1).

Inside of ``torch.autocast`` losses are computed in single precision, as the library's are.
"""

# ruff: noqa: D102 (what forward computes is said by its class)

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import shown
from deepdive.scratch._arguments import checked
from deepdive.scratch._precision import autocast, check_same_dtype
from deepdive.scratch.functional import log_softmax
from deepdive.scratch.losses._reduction import Loss, Reduction, Weight, reduced


class NLLLoss(Loss):
    """``lᵢ = -weight[yᵢ] input[i, yᵢ]`` for log-probabilities ``input`` and true classes ``y``.

    Input ``(batch, classes, ...)`` or ``(classes,)``, target without the class dimension, of whole numbers in
    [0, classes) or ``ignore_index``, which counts nowhere. The mean divides by ``Σ weight[yᵢ]``.

    Raises:
        TypeError: the input is not floating-point, the target not int64 (uint8 will do in one dimension), or the weight
            not of the input's dtype.
        ValueError: shapes that do not fit, or a class out of range (checked on the CPU; a GPU reports it by itself).
    """

    weight: Tensor | None

    @checked
    def __init__(self, weight: Weight = None, *, ignore_index: int = -100, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index

    @checked
    def forward(self, input: Float[Tensor, "..."], target: Tensor) -> Float[Tensor, "..."]:
        return self._loss(input, target, self.weight)

    @autocast(cpu="single", cuda="single")
    def _loss(self, input: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        dim = _class_dim(input)
        _check_weight(weight, input, dim)
        picked, divisor = _pick(input, target, dim, weight, self.ignore_index)
        return reduced(-picked, self.reduction, divisor)


class CrossEntropyLoss(Loss):
    """``lᵢ = -Σ_c weight[c] target[i, c] log softmax(input[i])[c]``.

    The target holds true classes as in ``NLLLoss`` (then ``target[i, c] = 1 if c = yᵢ else 0``, and the mean divides
    by ``Σ weight[yᵢ]``) or, in the shape of the input, probabilities (then the mean divides by the number of
    examples). ``label_smoothing=ε`` mixes it with the uniform distribution: ``(1 - ε) target + ε / classes``.

    Raises:
        TypeError: as ``NLLLoss``, or probabilities that are not floating-point.
        ValueError: as ``NLLLoss``, or ``label_smoothing`` is outside of [0, 1].
    """

    weight: Tensor | None

    @checked
    def __init__(
        self,
        weight: Weight = None,
        *,
        ignore_index: int = -100,
        reduction: Reduction = "mean",
        label_smoothing: float = 0.0,
    ) -> None:
        super().__init__(reduction)
        if not 0 <= label_smoothing <= 1:
            raise ValueError(f"label_smoothing must be between 0 and 1, got {label_smoothing}")
        self.register_buffer("weight", weight)
        self.ignore_index = ignore_index
        self.label_smoothing = label_smoothing

    @checked
    def forward(self, input: Float[Tensor, "..."], target: Tensor) -> Float[Tensor, "..."]:
        return self._loss(input, target, self.weight)

    @autocast(cpu="single", cuda="single")
    def _loss(self, input: Tensor, target: Tensor, weight: Tensor | None) -> Tensor:
        dim = _class_dim(input)
        _check_weight(weight, input, dim, promoted=target.shape == input.shape)
        log_probabilities = log_softmax(input, dim)
        if target.shape == input.shape:
            return self._against_probabilities(log_probabilities, target, dim, weight)
        picked, divisor = _pick(log_probabilities, target, dim, weight, self.ignore_index)
        loss = -picked
        if self.label_smoothing:
            uniform = -_weighted(log_probabilities, weight, dim).mean(dim)
            uniform = torch.where(target.long() == self.ignore_index, 0.0, uniform)
            loss = (1 - self.label_smoothing) * loss + self.label_smoothing * uniform
        return reduced(loss, self.reduction, divisor)

    def _against_probabilities(
        self, log_probabilities: Tensor, target: Tensor, dim: int, weight: Tensor | None
    ) -> Tensor:
        if not target.is_floating_point():
            raise TypeError(f"target in the shape of input must hold probabilities, got {target.dtype}")
        if self.ignore_index >= 0:
            raise ValueError(f"ignore_index must be negative where target holds probabilities, got {self.ignore_index}")
        if self.label_smoothing:
            target = (1 - self.label_smoothing) * target + self.label_smoothing / target.shape[dim]
        loss = -_weighted(target * log_probabilities, weight, dim).sum(dim)
        return reduced(loss, self.reduction)


def _pick(x: Tensor, target: Tensor, dim: int, weight: Tensor | None, ignore_index: int) -> tuple[Tensor, Tensor]:
    """``weight[y] x[y]`` of every example, and the sum of the ``weight[y]``; nothing where ``y`` is ignored."""
    classes, examples = x.shape[dim], x.shape[:dim] + x.shape[dim + 1 :]
    if target.dtype not in (torch.int64, torch.uint8):
        raise TypeError(f"target must hold classes of dtype int64, or probabilities like input, got {target.dtype}")
    if target.shape != examples:
        raise ValueError(
            f"target must have the shape of input {tuple(x.shape)} without its classes, {shown(examples)}, "
            f"got {shown(target.shape)}"
        )
    if target.dtype == torch.uint8 and target.ndim > 1:
        raise TypeError(f"target must have dtype int64 if it has more than one dimension, got {target.dtype}")
    target = target.long()  # in which no class is taken for one that is ignored
    kept = target != ignore_index
    y = torch.where(kept, target, 0)
    # Reading a value off a GPU would stall it, and compiled code checks its indices by itself.
    if y.device.type == "cpu" and not torch.compiler.is_compiling() and y.numel():
        low, high = y.aminmax()
        if low < 0 or high >= classes:
            raise ValueError(
                f"target must be in [0, {classes}) or ignore_index={ignore_index}, got {int(low if low < 0 else high)}"
            )
    weights = kept.to(x.dtype) if weight is None else weight[y] * kept
    picked = torch.where(kept, x.gather(dim, y.unsqueeze(dim)).squeeze(dim), 0.0)  # the input may be -inf there
    return picked * weights, weights.sum()


def _weighted(x: Tensor, weight: Tensor | None, dim: int) -> Tensor:
    return x if weight is None else x * weight.view(-1, *[1] * (x.ndim - dim - 1))


def _class_dim(x: Tensor) -> int:
    if x.ndim == 0:
        raise ValueError("input must have a dimension for the classes, got a single number")
    return 0 if x.ndim == 1 else 1


def _check_weight(weight: Tensor | None, x: Tensor, dim: int, *, promoted: bool = False) -> None:
    """One number per class: another length would weight other classes, or broadcast."""
    if weight is None:
        return
    if weight.shape != x.shape[dim : dim + 1]:
        raise ValueError(
            f"weight must have one number per class, {shown(x.shape[dim : dim + 1])}, got {shown(weight.shape)}"
        )
    if not promoted:
        check_same_dtype("weight", weight, "input", x)
