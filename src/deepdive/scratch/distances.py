"""How near two vectors are: by angle, and by a norm of their difference."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math

import torch
from jaxtyping import Float, Real
from torch import Tensor
from torch.nn import Module

from deepdive.checks import check_number, shown
from deepdive.scratch._arguments import check_dim, check_flags, check_not_negative, checked, fit_together
from deepdive.scratch._precision import autocast
from deepdive.scratch.activations import at_least


class CosineSimilarity(Module):
    """``y = x1 · x2 / (max(‖x1‖, eps) max(‖x2‖, eps))`` along ``dim``; other dimensions are broadcast.

    Raises:
        ValueError: there is no such dimension, or the shapes do not fit each other.
    """

    @checked
    def __init__(self, dim: int = 1, eps: float = 1e-8) -> None:
        super().__init__()
        check_not_negative(eps=eps)
        self.dim = dim
        self.eps = eps

    @checked
    @autocast(cuda="single")
    def forward(self, x1: Real[Tensor, "..."], x2: Real[Tensor, "..."]) -> Float[Tensor, "..."]:
        dtype = torch.promote_types(x1.dtype, x2.dtype)
        a, b = broadcast(x1.to(dtype), x2.to(dtype))
        check_dim("dim", self.dim, a.ndim)
        if not dtype.is_floating_point:
            raise TypeError(f"x1 or x2 must be floating-point, got {x1.dtype} and {x2.dtype}")
        a, b = (x / self._length(x) for x in (a, b))
        return (a * b).sum(self.dim)

    def _length(self, x: Tensor) -> Tensor:
        """``max(‖x‖, eps)``, whose gradient passes the maximum as if it were not there, and is 0 at 0."""
        squares = (x * x).sum(self.dim, keepdim=True)
        nothing = squares == 0
        norm = torch.where(nothing, 0.0, torch.where(nothing, 1.0, squares).sqrt())
        return at_least(norm, self.eps)


class PairwiseDistance(Module):
    """``y = ‖x1 - x2 + eps‖ₚ`` along the last dimension; the others are broadcast.

    ``p = 2`` is Euclid's distance, 1 the sum of the differences, infinity the largest one.

    Raises:
        ValueError: the shapes do not fit each other, or there are no numbers to find the largest or smallest of.
    """

    @checked
    def __init__(self, p: float = 2.0, eps: float = 1e-6, keepdim: bool = False) -> None:
        super().__init__()
        for name, value in (("p", p), ("eps", eps)):
            check_number(name, value)
        self.norm = p
        self.eps = eps
        check_flags(keepdim=keepdim)
        self.keepdim = keepdim

    @checked
    @autocast()
    def forward(self, x1: Real[Tensor, "..."], x2: Real[Tensor, "..."]) -> Float[Tensor, "..."]:
        dtype = torch.promote_types(x1.dtype, x2.dtype)
        a, b = broadcast(x1.to(dtype), x2.to(dtype))
        return pairwise_distance(a, b, self.norm, self.eps, keepdim=self.keepdim)


def pairwise_distance(
    x: Float[Tensor, "*batch f"], y: Float[Tensor, "*batch f"], p: float, eps: float, *, keepdim: bool = False
) -> Float[Tensor, "..."]:
    """``(Σᵢ |xᵢ - yᵢ + eps|^p)^(1/p)`` along the last dimension; for ``p = 0`` how many differ.

    Raises:
        ValueError: of no numbers, ``p`` is infinite or negative.
    """
    d = (x - y + eps).abs()
    if d.shape[-1:] == (0,) and (p < 0 or math.isinf(p)):
        raise ValueError(f"p must be finite and not negative for vectors of no numbers, got {p}")
    if math.isinf(p):
        return d.amax(-1, keepdim=keepdim) if p > 0 else d.amin(-1, keepdim=keepdim)
    if p == 0:
        return torch.where(d == 0, d, 1.0).sum(-1, keepdim=keepdim)
    if p == 1:
        return d.sum(-1, keepdim=keepdim)
    total = (d**p).sum(-1, keepdim=keepdim)
    return total.sqrt() if p == 2 else total ** (1 / p)


def broadcast(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    """Both in the shape of the two together.

    Raises:
        ValueError: there is none.
    """
    if a.ndim == b.ndim == 0 or not fit_together(a.shape, b.shape):
        raise ValueError(f"x2 must broadcast to x1 {shown(a.shape)}, got {shown(b.shape)}")
    first, second = torch.broadcast_tensors(a, b)
    return first, second
