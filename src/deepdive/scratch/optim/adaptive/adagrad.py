"""Step sizes from the squares of gradients alone: all of them, or the last ones."""

from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from deepdive.scratch.optim._base import (
    Group,
    MultiTensorOptimizer,
    States,
    advance,
    column,
    number,
    scalar,
    with_decay,
)
from deepdive.scratch.optim._checks import check_settings, number_of
from deepdive.scratch.optim._foreach import foreach


class Adagrad(MultiTensorOptimizer):
    """Smaller steps where gradients were large or many (Duchi et al., 2011).

    ``g = g + weight_decay θ``, ``s = s + g²`` from ``initial_accumulator_value`` on,
    ``θ = θ - lr / (1 + (t - 1) lr_decay) g / (√s + eps)``. Gradients may be sparse, without ``weight_decay``: rows that
    none are given for stay.

    Raises:
        TypeError: a number is none, or a parameter is complex.
        ValueError: a negative number or NaN.
    """

    _takes_sparse = True

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        lr_decay: float = 0.0,
        weight_decay: float = 0.0,
        initial_accumulator_value: float = 0.0,
        eps: float = 1e-10,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(
            lr=lr,
            lr_decay=lr_decay,
            weight_decay=weight_decay,
            initial_accumulator_value=initial_accumulator_value,
            eps=eps,
        )
        super().__init__(
            params,
            {
                "lr": lr,
                "lr_decay": lr_decay,
                "eps": eps,
                "weight_decay": weight_decay,
                "initial_accumulator_value": initial_accumulator_value,
                "maximize": maximize,
            },
        )
        for group in self.param_groups:  # from the beginning, as in the library, whose states would not load otherwise
            for theta in group["params"]:
                self.state[theta] = self._start(theta, group)

    def share_memory(self) -> None:
        """Move the sums to memory that other processes can see."""
        for state in self.state.values():
            state["sum"].share_memory_()

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return {"step": scalar(0.0), "sum": torch.full_like(theta, group["initial_accumulator_value"])}

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        s, t = column(states, "sum"), advance(states)
        g = with_decay(g, theta, group["weight_decay"])
        foreach.addcmul_(s, g, g)
        root = foreach.sqrt(s)
        foreach.add_(root, group["eps"])
        foreach.addcdiv_(theta, g, root, _rates(t, group))

    def _update_sparse(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        if group["weight_decay"]:
            raise ValueError(f"weight_decay must be 0 with sparse gradients, got {group['weight_decay']}")
        rates = _rates(advance(states), group)
        for each, direction, state, rate in zip(theta, g, states, rates, strict=True):
            direction = direction.coalesce()
            rows, values = tuple(direction.indices()), direction.values()
            s = state["sum"][rows] + values.square()
            state["sum"][rows] = s
            each[rows] += rate * values / (s.sqrt() + group["eps"])


def _rates(t: list[float], group: Group) -> list[float]:
    return [-number(group["lr"]) / (1 + (k - 1) * group["lr_decay"]) for k in t]


class RMSprop(MultiTensorOptimizer):
    """Adagrad that forgets: a running mean of squares in place of their sum (Hinton, 2012, lecture 6e).

    ``g = g + weight_decay θ``, ``v = alpha v + (1 - alpha) g²``; with ``centered`` (Graves, 2013)
    ``a = alpha a + (1 - alpha) g`` and ``d = √(v - a²) + eps``, else ``d = √v + eps``; ``θ = θ - lr g / d``, or with
    ``momentum`` ``b = momentum b + g / d``, ``θ = θ - lr b``.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a negative number or NaN.
    """

    _added_later: ClassVar[dict[str, Any]] = {"maximize": False, "momentum": 0, "centered": False}

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        alpha: float = 0.99,
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        momentum: float = 0.0,
        centered: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr, eps=eps, momentum=momentum, weight_decay=weight_decay, alpha=alpha)
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "alpha": alpha,
                "eps": eps,
                "centered": centered,
                "weight_decay": weight_decay,
                "maximize": maximize,
            },
        )

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        names = ["square_avg"] + ["momentum_buffer"] * (group["momentum"] > 0) + ["grad_avg"] * bool(group["centered"])
        return {"step": scalar(0.0)} | {name: torch.zeros_like(theta) for name in names}

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        v, alpha, lr = column(states, "square_avg"), group["alpha"], number(group["lr"])
        advance(states)
        g = with_decay(g, theta, group["weight_decay"])
        foreach.mul_(v, alpha)
        foreach.addcmul_(v, g, g, value=1 - alpha)
        if group["centered"]:
            a = column(states, "grad_avg")
            foreach.lerp_(a, g, 1 - alpha)
            d = foreach.addcmul(v, a, a, value=-1)
            foreach.sqrt_(d)
        else:
            d = foreach.sqrt(v)
        foreach.add_(d, group["eps"])
        if group["momentum"] > 0:
            b = column(states, "momentum_buffer")
            foreach.mul_(b, group["momentum"])
            foreach.addcdiv_(b, g, d)
            foreach.add_(theta, b, alpha=-lr)
        else:
            foreach.addcdiv_(theta, g, d, value=-lr)


class Adadelta(MultiTensorOptimizer):
    """Steps in the unit of the parameters, from the running mean of their own squares (Zeiler, 2012).

    ``g = g + weight_decay θ``, ``v = rho v + (1 - rho) g²``, ``Δ = √(u + eps) / √(v + eps) g``,
    ``u = rho u + (1 - rho) Δ²``, ``θ = θ - lr Δ``.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a negative number or NaN, or ``rho`` is not in [0, 1].
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1.0,
        rho: float = 0.9,
        eps: float = 1e-6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr, eps=eps, weight_decay=weight_decay)
        if not 0 <= number_of("rho", rho) <= 1:
            raise ValueError(f"rho must be a number in [0, 1], got {rho}")
        super().__init__(params, {"lr": lr, "rho": rho, "eps": eps, "weight_decay": weight_decay, "maximize": maximize})

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return {"step": scalar(0.0), "square_avg": torch.zeros_like(theta), "acc_delta": torch.zeros_like(theta)}

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        v, u, rho, eps = column(states, "square_avg"), column(states, "acc_delta"), group["rho"], group["eps"]
        advance(states)
        g = with_decay(g, theta, group["weight_decay"])
        foreach.mul_(v, rho)
        foreach.addcmul_(v, g, g, value=1 - rho)
        root = foreach.add(v, eps)
        foreach.sqrt_(root)
        delta = foreach.add(u, eps)
        foreach.sqrt_(delta)
        foreach.div_(delta, root)
        foreach.mul_(delta, g)
        foreach.mul_(u, rho)
        foreach.addcmul_(u, delta, delta, value=1 - rho)
        foreach.add_(theta, delta, alpha=-number(group["lr"]))
