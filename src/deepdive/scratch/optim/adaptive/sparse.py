"""Adam for tables of which each step touches a few rows."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from deepdive.scratch.optim._base import Group, MultiTensorOptimizer, States, number
from deepdive.scratch.optim._checks import check_betas, check_positive


class SparseAdam(MultiTensorOptimizer):
    """``Adam`` on the rows that have a gradient; parameters, ``m`` and ``v`` of all others stay (Kingma and Ba, 2015).

    On those rows ``m = β₁ m + (1 - β₁) g``, ``v = β₂ v + (1 - β₂) g²`` and
    ``θ = θ - lr √(1 - β₂ᵗ) / (1 - β₁ᵗ) m / (√v + eps)``, where ``t`` counts all steps.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient dense.
        ValueError: ``lr`` or ``eps`` is not above 0, or betas are not two numbers in [0, 1).
    """

    _scalars = ()  # the library counts in whole numbers here
    _takes_sparse = True
    _takes_dense = False

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        betas: tuple[float, float] = (0.9, 0.999),
        eps: float = 1e-8,
        maximize: bool = False,
    ) -> None:
        check_positive(lr=lr, eps=eps)
        check_betas(betas)
        super().__init__(params, {"lr": lr, "betas": betas, "eps": eps, "maximize": maximize})

    def _check_parameter(self, theta: Tensor) -> None:
        if theta.layout is not torch.strided:
            raise ValueError(f"params must be dense, of which gradients alone are sparse, got layout {theta.layout}")

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return {"step": 0, "exp_avg": torch.zeros_like(theta), "exp_avg_sq": torch.zeros_like(theta)}

    def _update_sparse(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        lr, (beta1, beta2) = number(group["lr"]), group["betas"]
        for each, direction, state in zip(theta, g, states, strict=True):
            state["step"] += 1
            direction = direction.coalesce()
            rows, values, t = tuple(direction.indices()), direction.values(), state["step"]
            m = state["exp_avg"][rows].lerp_(values, 1 - beta1)
            v = state["exp_avg_sq"][rows].lerp_(values.square(), 1 - beta2)
            state["exp_avg"][rows], state["exp_avg_sq"][rows] = m, v
            size = lr * math.sqrt(1 - beta2**t) / (1 - beta1**t)
            each[rows] -= size * m / (v.sqrt() + group["eps"])
