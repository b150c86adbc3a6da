"""Adam, and Adam with its weight decay apart."""

import math
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
    decay_apart,
    number,
    scalar,
    with_decay,
)
from deepdive.scratch.optim._checks import check_betas, check_settings
from deepdive.scratch.optim._foreach import foreach


class MomentOptimizer(MultiTensorOptimizer):
    """Keeps running means ``m`` of gradients and ``v`` of their squares, with decoupled decay on request."""

    _added_later: ClassVar[dict[str, Any]] = {"maximize": False, "decoupled_weight_decay": False}

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return {"step": scalar(0.0), "exp_avg": torch.zeros_like(theta), "exp_avg_sq": torch.zeros_like(theta)}

    def _decayed(self, theta: list[Tensor], g: Sequence[Tensor], group: Group) -> Sequence[Tensor]:
        """Apply the weight decay, to the parameters or to the gradients that are returned."""
        if not group["decoupled_weight_decay"]:
            return with_decay(g, theta, group["weight_decay"])
        decay_apart(theta, number(group["lr"]) * group["weight_decay"])
        return g

    @staticmethod
    def _moments(g: Sequence[Tensor], states: States, group: Group) -> tuple[list[Tensor], list[Tensor]]:
        """``m = β₁ m + (1 - β₁) g`` and ``v = β₂ v + (1 - β₂) g²``."""
        m, v = column(states, "exp_avg"), column(states, "exp_avg_sq")
        beta1, beta2 = map(number, group["betas"])
        foreach.lerp_(m, g, 1 - beta1)
        foreach.mul_(v, beta2)
        foreach.addcmul_(v, g, g, value=1 - beta2)
        return m, v

    @staticmethod
    def _root(v: list[Tensor], t: list[float], group: Group) -> Sequence[Tensor]:
        """``√v̂ + eps`` with ``v̂ = v / (1 - β₂ᵗ)``."""
        beta2 = number(group["betas"][1])
        root = list(foreach.sqrt(v))
        foreach.div_(root, [math.sqrt(1 - beta2**k) for k in t])
        foreach.add_(root, number(group["eps"]))
        return root

    @staticmethod
    def _move(theta: list[Tensor], m: list[Tensor], root: Sequence[Tensor], t: list[float], group: Group) -> None:
        """``θ = θ - lr m̂ / root`` with ``m̂ = m / (1 - β₁ᵗ)``."""
        beta1 = number(group["betas"][0])
        foreach.addcdiv_(theta, m, root, [-number(group["lr"]) / (1 - beta1**k) for k in t])


class Adam(MomentOptimizer):
    """Step sizes from running means of gradients and of their squares (Kingma and Ba, 2015).

    ``g = g + weight_decay θ``, ``m = β₁ m + (1 - β₁) g``, ``v = β₂ v + (1 - β₂) g²``;
    ``m̂ = m / (1 - β₁ᵗ)``, ``v̂ = v / (1 - β₂ᵗ)``, ``θ = θ - lr m̂ / (√v̂ + eps)``;
    with ``amsgrad``, ``v̂`` comes from the largest ``v`` so far (Reddi et al., 2018); with
    ``decoupled_weight_decay`` the decay is that of ``AdamW``.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a negative number or NaN, or betas are not two numbers in [0, 1).
    """

    _added_later: ClassVar[dict[str, Any]] = {"maximize": False, "amsgrad": False, "decoupled_weight_decay": False}

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 0.0,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
        decoupled_weight_decay: bool = False,
    ) -> None:
        check_settings(lr=lr, eps=eps, weight_decay=weight_decay)
        check_betas(betas)
        super().__init__(
            params,
            {
                "lr": lr,
                "betas": betas,
                "eps": eps,
                "weight_decay": weight_decay,
                "amsgrad": amsgrad,
                "maximize": maximize,
                "decoupled_weight_decay": decoupled_weight_decay,
            },
        )

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        more = {"max_exp_avg_sq": torch.zeros_like(theta)} if group["amsgrad"] else {}
        return super()._start(theta, group) | more

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        t = advance(states)
        m, v = self._moments(self._decayed(theta, g, group), states, group)
        if group["amsgrad"]:
            largest = column(states, "max_exp_avg_sq")
            foreach.maximum_(largest, v)
            v = largest
        self._move(theta, m, self._root(v, t, group), t, group)


class AdamW(Adam):
    """``Adam`` whose decay leaves the gradient alone: ``θ = θ - lr weight_decay θ`` (Loshchilov and Hutter, 2019).

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a negative number or NaN, or betas are not two numbers in [0, 1).
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        weight_decay: float = 1e-2,
        amsgrad: bool = False,
        *,
        maximize: bool = False,
    ) -> None:
        super().__init__(params, lr, betas, eps, weight_decay, amsgrad, maximize=maximize, decoupled_weight_decay=True)

    def __setstate__(self, state: dict[str, Any]) -> None:
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True  # whatever a state of an older version says
