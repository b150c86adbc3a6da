"""Momentum made orthogonal, for the matrices of hidden layers."""

import math
from collections.abc import Sequence
from typing import Any, ClassVar

import torch
from torch import Tensor
from torch.optim.optimizer import ParamsT

from deepdive.checks import check_integer, check_sequence, told
from deepdive.scratch.optim._base import Group, MultiTensorOptimizer, States, column, decay_apart, number
from deepdive.scratch.optim._checks import check_numbers, check_settings
from deepdive.scratch.optim._foreach import foreach

COEFFICIENTS = (3.4445, -4.7750, 2.0315)
"""``(a, b, c)`` of ``a x + b x³ + c x⁵``, which takes singular values near 1 in five rounds, small ones steeply."""


class Muon(MultiTensorOptimizer):
    """Momentum, orthogonalised by Newton-Schulz (Jordan et al., 2024; Liu et al., 2025).

    ``B = momentum B + (1 - momentum) G``, ``N = momentum B + (1 - momentum) G`` with ``nesterov`` (else ``N = B``);
    ``X = N / ‖N‖``, then ``ns_steps`` times ``A = X Xᵀ``, ``X = a X + (b A + c A²) X``, in bfloat16: nearly ``U Vᵀ`` of
    ``N = U S Vᵀ``. ``θ = θ - lr weight_decay θ - lr k X``, where ``k = √max(1, rows/columns)``, or, with
    ``adjust_lr_fn="match_rms_adamw"``, ``k = 0.2 √max(rows, columns)``, with which AdamW's rates serve.

    Raises:
        TypeError: a number is none, a parameter is complex, or a gradient sparse.
        ValueError: a parameter is no matrix, a number negative or NaN, ``ns_steps`` above 99, ``adjust_lr_fn`` unknown.
    """

    _added_later: ClassVar[dict[str, Any]] = {"maximize": False}

    def __init__(
        self,
        params: ParamsT,
        lr: float | Tensor = 1e-3,
        weight_decay: float = 0.1,
        momentum: float = 0.95,
        nesterov: bool = True,
        ns_coefficients: tuple[float, float, float] = COEFFICIENTS,
        eps: float = 1e-7,
        ns_steps: int = 5,
        adjust_lr_fn: str | None = None,
    ) -> None:
        check_settings(lr=lr, weight_decay=weight_decay, momentum=momentum, eps=eps)
        check_sequence("ns_coefficients", ns_coefficients, "3 numbers")
        if len(check_numbers("ns_coefficients", ns_coefficients)) != 3:
            raise ValueError(f"ns_coefficients must be 3 numbers, got {ns_coefficients}")
        check_integer("ns_steps", ns_steps, 0)
        if ns_steps >= 100:
            raise ValueError(f"ns_steps must be at most 99, got {ns_steps}")
        if adjust_lr_fn not in (None, "original", "match_rms_adamw"):
            raise ValueError(f"adjust_lr_fn must be 'original', 'match_rms_adamw' or None, got {adjust_lr_fn!r}")
        super().__init__(
            params,
            {
                "lr": lr,
                "weight_decay": weight_decay,
                "momentum": momentum,
                "nesterov": nesterov,
                "ns_coefficients": ns_coefficients,
                "eps": eps,
                "ns_steps": ns_steps,
                "adjust_lr_fn": adjust_lr_fn,
                "maximize": False,
            },
        )

    def _check_parameter(self, theta: Tensor) -> None:
        if theta.ndim != 2:
            raise ValueError(f"params must be matrices, of 2 dimensions, got {told(theta)}")

    def _start(self, theta: Tensor, group: Group) -> dict[str, Any]:
        return start_muon(theta)

    def _update(self, theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
        update_by_muon(theta, g, states, group)


def start_muon(theta: Tensor) -> dict[str, Any]:
    """The state of a matrix before its first update."""
    return {"momentum_buffer": torch.zeros_like(theta)}


def update_by_muon(theta: list[Tensor], g: Sequence[Tensor], states: States, group: Group) -> None:
    """The equations of ``Muon``, on matrices, and on kernels with one row for each output channel."""
    b, momentum, lr = column(states, "momentum_buffer"), group["momentum"], number(group["lr"])
    foreach.lerp_(b, g, 1 - momentum)
    n = foreach.lerp(g, b, momentum) if group["nesterov"] else b
    decay_apart(theta, lr * group["weight_decay"])
    for each, direction in zip(theta, n, strict=True):
        x = orthogonalize(direction.flatten(1), group["ns_coefficients"], group["ns_steps"], group["eps"])
        rows, columns = x.shape
        if group["adjust_lr_fn"] == "match_rms_adamw":
            k = 0.2 * math.sqrt(max(rows, columns))
        else:
            k = math.sqrt(max(1, rows / columns))
        each.add_(x.reshape(each.shape), alpha=-lr * k)


def orthogonalize(
    matrix: Tensor,
    coefficients: Sequence[float] = COEFFICIENTS,
    steps: int = 5,
    eps: float = 1e-7,
    dtype: torch.dtype = torch.bfloat16,
) -> Tensor:
    """Nearly the closest orthogonal matrix, ``U Vᵀ`` of ``U S Vᵀ``; singular values end in 0.7 to 1.2."""
    a, b, c = coefficients
    wide = matrix.shape[0] <= matrix.shape[1]
    x = matrix.to(dtype) if wide else matrix.to(dtype).T
    x = x / x.norm().clamp(min=eps)
    for _ in range(steps):
        gram = x @ x.T
        x = torch.addmm(x, torch.addmm(gram, gram, gram, beta=b, alpha=c), x, beta=a)
    return x if wide else x.T
