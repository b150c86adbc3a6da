"""Descent along the gradient, perhaps with momentum, and along it with an average of all points."""

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


class SGD(MultiTensorOptimizer):
    """Stochastic gradient descent, perhaps with momentum (Polyak, 1964; Nesterov, 1983; Sutskever et al., 2013).

    ``g = g + weight_decay θ``, ``b = momentum b + (1 - dampening) g`` (``b = g`` at first), ``θ = θ - lr b``;
    with ``nesterov``, ``θ = θ - lr (g + momentum b)``; with ``maximize``, ``g`` starts as minus the gradient.
    Gradients may be sparse, without ``weight_decay``.

    >>> theta = torch.nn.Parameter(torch.tensor([1.0, -2.0]))
    >>> optimizer = SGD([theta], lr=0.25)
    >>> theta.square().sum().backward()
    >>> optimizer.step()
    >>> theta.tolist()
    [0.5, -1.0]

    Raises:
        TypeError: a number is none, or a parameter is complex.
        ValueError: a negative number or NaN, or ``nesterov`` without momentum or with dampening.
    """

    _added_later: ClassVar[dict[str, Any]] = {"maximize": False, "nesterov": False}
    _takes_sparse = True

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        momentum: float = 0.0,
        dampening: float = 0.0,
        weight_decay: float = 0.0,
        nesterov: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr, momentum=momentum, weight_decay=weight_decay)
        number_of("dampening", dampening)
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError(f"nesterov must have momentum above 0 and dampening 0, got {momentum} and {dampening}")
        super().__init__(
            params,
            {
                "lr": lr,
                "momentum": momentum,
                "dampening": dampening,
                "weight_decay": weight_decay,
                "nesterov": nesterov,
                "maximize": maximize,
            },
        )

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return {"momentum_buffer": None} if group["momentum"] else {}

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        momentum = number(group["momentum"])
        g = with_decay(g, theta, number(group["weight_decay"]))
        if momentum:
            later = [i for i, state in enumerate(states) if state.get("momentum_buffer") is not None]
            if later:
                old = [states[i]["momentum_buffer"] for i in later]
                foreach.mul_(old, momentum)
                foreach.add_(old, [g[i] for i in later], alpha=1 - number(group["dampening"]))
            for i in set(range(len(states))).difference(later):
                states[i]["momentum_buffer"] = g[i].clone()
            b = column(states, "momentum_buffer")
            g = foreach.add(g, b, alpha=momentum) if group["nesterov"] else b
        foreach.add_(theta, g, alpha=-number(group["lr"]))

    def _update_sparse(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        if group["weight_decay"]:
            raise ValueError(f"weight_decay must be 0 with sparse gradients, got {group['weight_decay']}")
        momentum, lr = number(group["momentum"]), number(group["lr"])
        for each, direction, state in zip(theta, g, states, strict=True):
            if momentum:
                b = state.get("momentum_buffer")
                if b is None:
                    b = state["momentum_buffer"] = direction.clone()
                else:
                    b.mul_(momentum).add_(direction, alpha=1 - number(group["dampening"]))
                direction = direction.add(b, alpha=momentum) if group["nesterov"] else b
            each.add_(direction, alpha=-lr)


class ASGD(MultiTensorOptimizer):
    """Averaged gradient descent: the average ``ax`` of the points converges faster than they (Polyak, Juditsky, 1992).

    ``g = g + weight_decay θ``, ``θ = (1 - lambd η) θ - η g``, ``ax = ax + μ (θ - ax)``; then
    ``η = lr / (1 + lambd lr t)^alpha`` and ``μ = 1 / max(1, t - t0)``. The average is in the state, as ``"ax"``.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: ``lr`` or ``weight_decay`` is negative or NaN.
    """

    _scalars = ("step", "eta", "mu")

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        lambd: float = 1e-4,
        alpha: float = 0.75,
        t0: float = 1e6,
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr, weight_decay=weight_decay)
        for name, value in (("lambd", lambd), ("alpha", alpha), ("t0", t0)):
            number_of(name, value)
        super().__init__(
            params,
            {
                "lr": lr,
                "lambd": lambd,
                "alpha": alpha,
                "t0": t0,
                "weight_decay": weight_decay,
                "maximize": maximize,
            },
        )

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        numbers = {"step": 0.0, "eta": number(group["lr"]), "mu": 1.0}
        return {
            **{name: scalar(value).to(theta.device) for name, value in numbers.items()},
            "ax": torch.zeros_like(theta),
        }

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        lr, lambd = number(group["lr"]), group["lambd"]
        eta, mu, ax = (column(states, name) for name in ("eta", "mu", "ax"))
        t = advance(states)
        g = with_decay(g, theta, group["weight_decay"])
        pull = foreach.add(g, theta, alpha=lambd)
        foreach.addcmul_(theta, pull, eta, value=-1)
        foreach.addcmul_(ax, foreach.sub(theta, ax), mu)
        for eta_, mu_, k in zip(eta, mu, t, strict=True):
            eta_.copy_(scalar(lr / (1 + lambd * lr * k) ** group["alpha"]))
            mu_.copy_(scalar(1 / max(1, k - group["t0"])))
