"""Adaptive steps without a second copy of the parameters."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from deepdive.checks import check_sequence
from deepdive.scratch.optim._base import (
    Group,
    MultiTensorOptimizer,
    States,
    advance,
    column,
    decay_apart,
    number,
    scalar,
)
from deepdive.scratch.optim._checks import check_settings, number_of
from deepdive.scratch.optim._foreach import foreach


class Adafactor(MultiTensorOptimizer):
    """The mean square of gradients as a product of its row and column means (Shazeer and Stern, 2018).

    ``β = 1 - t^beta2_decay``, ``R = β R + (1 - β) mean(G², -1)``, ``C = β C + (1 - β) mean(G², -2)``,
    ``V = R C / mean(R)`` (of vectors ``V = β V + (1 - β) G²``), ``U = G / √max(V, eps₁²)``,
    ``Û = U / max(1, RMS(U) / d)``, ``α = max(eps₂, RMS(θ)) min(lr, 1/√t)``,
    ``θ = θ - lr weight_decay θ - α Û``. ``eps`` is ``(eps₁, eps₂)``; ``eps₁`` is by default
    the precision of the dtype.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a negative number or NaN, ``beta2_decay`` above 0, or ``d`` below 1.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        beta2_decay: float = -0.8,
        eps: tuple[float | None, float] = (None, 1e-3),
        d: float = 1.0,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr, weight_decay=weight_decay)
        if not number_of("beta2_decay", beta2_decay) <= 0:
            raise ValueError(f"beta2_decay must be at most 0, got {beta2_decay}")
        check_sequence("eps", eps, "2 numbers")
        if len(eps) != 2 or not all(number_of(f"eps[{i}]", e) >= 0 for i, e in enumerate(eps) if e is not None or i):
            raise ValueError(f"eps must be 2 numbers that are not negative, or None and one, got {eps}")
        if not number_of("d", d) >= 1:
            raise ValueError(f"d must be at least 1, got {d}")
        super().__init__(
            params,
            {
                "lr": lr,
                "beta2_decay": beta2_decay,
                "eps": eps,
                "d": d,
                "weight_decay": weight_decay,
                "maximize": maximize,
            },
        )

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        step = {"step": scalar(0.0)}
        if theta.ndim < 2:
            return step | {"variance": torch.zeros_like(theta)}
        *rest, rows, columns = theta.shape
        return step | {"row_var": theta.new_zeros(*rest, rows, 1), "col_var": theta.new_zeros(*rest, 1, columns)}

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        lr, weight_decay = number(group["lr"]), group["weight_decay"]
        first = group["eps"][0]
        smallest = torch.finfo(theta[0].dtype).eps if first is None else first
        t = advance(states)
        size = [
            max(group["eps"][1], _rms(each, norm)) * min(lr, k**-0.5)
            for each, norm, k in zip(theta, foreach.norm(theta), t, strict=True)
        ]
        decay_apart(theta, lr * weight_decay)
        fresh = [k ** group["beta2_decay"] for k in t]  # 1 - β
        u = _mean_squares(g, states, fresh, smallest)
        foreach.clamp_min_(u, smallest**2)
        foreach.sqrt_(u)
        foreach.reciprocal_(u)
        foreach.mul_(u, g)
        clipped = [max(1.0, _rms(each, norm) / group["d"]) for each, norm in zip(u, foreach.norm(u), strict=True)]
        foreach.mul_(u, [-a / c for a, c in zip(size, clipped, strict=True)])
        foreach.add_(theta, u)


def _mean_squares(g: Sequence[Tensor], states: States, fresh: list[float], smallest: float) -> list[Tensor]:
    """``V`` of all parameters, in tensors of its own."""
    v: list[Tensor] = [each.new_empty(()) for each in g]
    matrices = [i for i, each in enumerate(g) if each.ndim > 1]
    vectors = [i for i, each in enumerate(g) if each.ndim <= 1]
    if vectors:
        kept, squares = [states[i]["variance"] for i in vectors], [g[i].square() for i in vectors]
        foreach.lerp_(kept, squares, [fresh[i] for i in vectors])
        for i, each in zip(vectors, kept, strict=True):
            v[i] = each.clone()
    if matrices:
        some, new = [states[i] for i in matrices], [fresh[i] for i in matrices]
        for name, dim in (("row_var", -1), ("col_var", -2)):
            means = [g[i].norm(dim=dim, keepdim=True).square_().div_(g[i].shape[dim]) for i in matrices]
            foreach.lerp_(column(some, name), means, new)
        for i, state in zip(matrices, some, strict=True):
            r, c = state["row_var"], state["col_var"]
            v[i] = (r @ c).div_(r.mean(-2, keepdim=True).clamp_(min=smallest))
    return v


def _rms(x: Tensor, norm: Tensor) -> float:
    return norm.item() / math.sqrt(x.numel())
