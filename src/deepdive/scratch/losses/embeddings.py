"""Losses of embeddings: which are to be near each other, and which far apart."""

# ruff: noqa: D102 (what forward computes is said by its class)

from collections.abc import Callable

import torch
from jaxtyping import Float, Real, Shaped
from torch import Tensor

from deepdive.checks import check_bounds, check_number, check_same_shape, shown, told
from deepdive.scratch._arguments import check_flags, checked
from deepdive.scratch._precision import autocast
from deepdive.scratch.distances import PairwiseDistance, pairwise_distance
from deepdive.scratch.losses._reduction import Loss, Reduction, reduced


class CosineEmbeddingLoss(Loss):
    """``lᵢ = 1 - cos(x₁, x₂)`` where the target is 1, ``max(0, cos(x₁, x₂) - margin)`` where it is -1.

    Inputs ``(batch, features)`` or ``(features,)``, target ``(batch,)`` or a number.

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
        self, input1: Real[Tensor, "*batch f"], input2: Real[Tensor, "*batch f"], target: Shaped[Tensor, "*batch"]
    ) -> Float[Tensor, "..."]:
        if target.ndim not in (0, 1):
            raise ValueError(f"target must have one dimension, or none, got shape {shown(target.shape)}")
        for name, x in (("input1", input1), ("input2", input2)):
            if x.ndim != target.ndim + 1:
                raise ValueError(
                    f"{name} must have one dimension more than target, {shown(target.shape)}, got {shown(x.shape)}"
                )
        check_same_shape("input2", input2, "input1", input1)
        if target.shape != input1.shape[:-1]:
            raise ValueError(f"target must have shape {shown(input1.shape[:-1])}, got {shown(target.shape)}")
        tiny = 1e-12
        squares = ((input1 * input1).sum(-1) + tiny) * ((input2 * input2).sum(-1) + tiny)
        cosine = (input1 * input2).sum(-1) / squares.sqrt()
        near = torch.where(target == 1, 1 - cosine, 0.0)
        far = torch.where(target == -1, (cosine - self.margin).clamp(min=0), 0.0)
        return reduced(near + far, self.reduction)


class TripletMarginLoss(Loss):
    """``lᵢ = max(0, d(anchor, positive) - d(anchor, negative) + margin)`` with ``d(x, y) = ‖x - y + eps‖ₚ``.

    With ``swap`` the negative is measured from the anchor or the positive, whichever is nearer. Inputs ``(batch,
    features)`` or ``(features,)`` (Schroff et al., 2015; Balntas et al., 2016).

    Raises:
        ValueError: ``margin`` is not positive, or the shapes differ.
    """

    @checked
    def __init__(
        self,
        margin: float = 1.0,
        p: float = 2.0,
        eps: float = 1e-6,
        swap: bool = False,
        *,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction)
        check_bounds("margin", margin, above=0)
        for name, value in (("p", p), ("eps", eps)):
            check_number(name, value)
        check_flags(swap=swap)
        self.margin = margin
        self.p = p
        self.eps = eps
        self.swap = swap

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(
        self,
        anchor: Real[Tensor, "*batch f"],
        positive: Real[Tensor, "*batch f"],
        negative: Real[Tensor, "*batch f"],
    ) -> Float[Tensor, "..."]:
        _check_triplet(anchor, positive, negative)

        def distance(x: Tensor, y: Tensor) -> Tensor:
            return pairwise_distance(x, y, self.p, self.eps)

        return reduced(_violation(distance, anchor, positive, negative, self.margin, self.swap), self.reduction)


class TripletMarginWithDistanceLoss(Loss):
    """``TripletMarginLoss`` with any ``distance_function(x, y)``, by default ``PairwiseDistance()``.

    Raises:
        ValueError: ``margin`` is not positive, or the shapes differ.
    """

    @checked
    def __init__(
        self,
        *,
        distance_function: Callable[[Tensor, Tensor], Tensor] | None = None,
        margin: float = 1.0,
        swap: bool = False,
        reduction: Reduction = "mean",
    ) -> None:
        super().__init__(reduction)
        check_bounds("margin", margin, above=0)
        if distance_function is not None and not callable(distance_function):
            raise TypeError(f"distance_function must be a function of two tensors, got {told(distance_function)}")
        self.distance_function = PairwiseDistance() if distance_function is None else distance_function
        self.margin = margin
        self.swap = swap

    @checked
    def forward(
        self,
        anchor: Real[Tensor, "*batch f"],
        positive: Real[Tensor, "*batch f"],
        negative: Real[Tensor, "*batch f"],
    ) -> Float[Tensor, "..."]:
        _check_triplet(anchor, positive, negative)
        loss = _violation(self.distance_function, anchor, positive, negative, self.margin, self.swap)
        return reduced(loss, self.reduction)


def _violation(
    distance: Callable[[Tensor, Tensor], Tensor],
    anchor: Tensor,
    positive: Tensor,
    negative: Tensor,
    margin: float,
    swap: bool,
) -> Tensor:
    near, far = distance(anchor, positive), distance(anchor, negative)
    if swap:
        far = torch.minimum(far, distance(positive, negative))
    return (near - far + margin).clamp(min=0)


def _check_triplet(anchor: Tensor, positive: Tensor, negative: Tensor) -> None:
    if anchor.ndim == 0:
        raise ValueError("anchor must have a dimension for the features, got a single number")
    check_same_shape("positive", positive, "anchor", anchor)
    check_same_shape("negative", negative, "anchor", anchor)
