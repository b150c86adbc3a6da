"""Steps whose size the gradient does not tell, only their sign: Rprop for full batches, Lion for small ones."""

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
from deepdive.scratch.optim._checks import check_betas, check_numbers, check_settings
from deepdive.scratch.optim._foreach import foreach


class Rprop(MultiTensorOptimizer):
    """A step size for each number, larger while its gradient keeps its sign (Riedmiller and Braun, 1993).

    ``s = sign(g prev)``; ``step_size`` is multiplied by ``η⁺`` where ``s = 1`` and by ``η⁻`` where ``s = -1``, and
    kept within ``step_sizes``; ``g = 0`` where ``s = -1``; ``θ = θ - sign(g) step_size``; ``prev = g``.
    ``etas`` are ``(η⁻, η⁺)``. For gradients of the whole data: those of batches change their signs by chance.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: ``lr`` is negative or NaN, or ``etas`` are not ``0 < η⁻ < 1 < η⁺``.
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-2,
        etas: tuple[float, float] = (0.5, 1.2),
        step_sizes: tuple[float, float] = (1e-6, 50),
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr)
        check_sequence("etas", etas, "2 numbers")
        check_sequence("step_sizes", step_sizes, "2 numbers")
        minus_plus = check_numbers("etas", etas)
        if len(minus_plus) != 2 or not 0 < minus_plus[0] < 1 < minus_plus[1]:
            raise ValueError(f"etas must be 2 numbers, in (0, 1) and above 1, got {etas}")
        if len(check_numbers("step_sizes", step_sizes)) != 2:
            raise ValueError(f"step_sizes must be 2 numbers, got {step_sizes}")
        super().__init__(params, {"lr": lr, "etas": etas, "step_sizes": step_sizes, "maximize": maximize})

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return {
            "step": scalar(0.0),
            "prev": torch.zeros_like(theta),
            "step_size": torch.full_like(theta, number(group["lr"])),
        }

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        prev, step_size = column(states, "prev"), column(states, "step_size")
        advance(states)
        minus, plus = group["etas"]
        s = foreach.mul(g, prev)
        turned = [each < 0 for each in s]
        factor = [
            torch.ones_like(each).masked_fill_(each > 0, plus).masked_fill_(back, minus)
            for each, back in zip(s, turned, strict=True)
        ]
        foreach.mul_(step_size, factor)
        foreach.clamp_min_(step_size, group["step_sizes"][0])
        foreach.clamp_max_(step_size, group["step_sizes"][1])
        foreach.copy_(prev, g)
        for each, back in zip(prev, turned, strict=True):
            each.masked_fill_(back, 0)
        foreach.addcmul_(theta, foreach.sign(prev), step_size, value=-1)


class Lion(MultiTensorOptimizer):
    """Evolved sign momentum: one state per parameter, steps all of one size (Chen et al., 2023).

    ``u = sign(β₁ m + (1 - β₁) g)``, ``θ = θ - lr (u + weight_decay θ)``, ``m = β₂ m + (1 - β₂) g``. The rate is three
    to ten times smaller than AdamW's, and the decay as much larger.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a negative number or NaN, or betas are not two numbers in [0, 1).
    """

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-4,
        betas: tuple[float, float] = (0.9, 0.99),
        weight_decay: float = 0.0,
        *,
        maximize: bool = False,
    ) -> None:
        check_settings(lr=lr, weight_decay=weight_decay)
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "weight_decay": weight_decay, "maximize": maximize})

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return {"exp_avg": torch.zeros_like(theta)}

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        m, lr = column(states, "exp_avg"), number(group["lr"])
        beta1, beta2 = map(number, group["betas"])
        u = foreach.lerp(m, g, 1 - beta1)
        foreach.sign_(u)
        decay_apart(theta, lr * group["weight_decay"])
        foreach.add_(theta, u, alpha=-lr)
        foreach.lerp_(m, g, 1 - beta2)
