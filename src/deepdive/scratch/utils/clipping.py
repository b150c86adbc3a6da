"""Gradients kept within bounds, in place (textbook section 9.5.3; Pascanu et al., 2013)."""

import math
from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor


@torch.no_grad()
def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor], max_norm: float, norm_type: float = 2.0, error_if_nonfinite: bool = False
) -> Float[Tensor, ""]:
    """``g ← min(1, max_norm / (‖g‖ + 10⁻⁶)) g`` for the gradients ``g`` of all parameters together; gives ``‖g‖``.

    ``‖g‖ = (Σᵢ |gᵢ|^p)^(1/p)`` with ``p = norm_type``, and ``max |gᵢ|`` for ``p = inf``. The direction
    stays. Where the norm is infinite or NaN the gradients become 0 or NaN, unless ``error_if_nonfinite``.

    Raises:
        ValueError: ``error_if_nonfinite`` and the norm is infinite or NaN.
    """
    gradients = _gradients(parameters)
    if not gradients:
        return torch.tensor(0.0)
    p, device = float(norm_type), gradients[0].device
    norm = _norm(torch.stack([_norm(g, p).to(device) for g in gradients]), p)
    if error_if_nonfinite and not norm.isfinite():
        raise ValueError(f"the norm of order {p} of the gradients is {float(norm)}, and cannot be clipped")
    scale = (max_norm / (norm + 1e-6)).clamp(max=1.0)  # not an if, for which a GPU would have to be waited for
    for g in gradients:
        g *= scale.to(g.device)
    return norm


@torch.no_grad()
def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """``gᵢ ← max(-clip_value, min(gᵢ, clip_value))`` for every gradient, element by element; the direction changes."""
    for g in _gradients(parameters):
        g.clamp_(-clip_value, clip_value)


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    each = [parameters] if isinstance(parameters, Tensor) else parameters
    return [p.grad for p in each if p.grad is not None]


def _norm(x: Float[Tensor, "..."], p: float) -> Float[Tensor, ""]:
    """A norm of norms is the norm of all numbers."""
    return x.abs().max() if p == math.inf else x.abs().pow_(p).sum() ** (1 / p)
