"""Gradients kept within bounds, in place (D2L section 9.5.3; Pascanu et al., 2013)."""

import math
from collections.abc import Iterable
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.scratch._arguments import checked, described, is_number
from deepdive.scratch._precision import in_single


@checked
@torch.no_grad()
def clip_grad_norm_(
    parameters: Tensor | Iterable[Tensor],
    max_norm: float,
    norm_type: float | Literal["inf"] = 2.0,
    error_if_nonfinite: bool = False,
) -> Float[Tensor, ""]:
    """``g ← min(1, max_norm / (‖g‖ + 10⁻⁶)) g`` for the gradients ``g`` of all parameters together; gives ``‖g‖``.

    ``‖g‖ = (Σᵢ |gᵢ|^p)^(1/p)`` with ``p = norm_type``, and ``max |gᵢ|`` for ``p = inf``. The direction
    stays. Half precision is summed in single precision, so that no square overflows. Where the norm is infinite or NaN
    the gradients become 0 or NaN, unless ``error_if_nonfinite``.

    Raises:
        TypeError: a parameter is no tensor, or ``max_norm`` or ``norm_type`` no number.
        ValueError: ``error_if_nonfinite`` and the norm is infinite or NaN.
    """
    p = _order(norm_type)
    gradients = _gradients(parameters)
    if not gradients:
        return torch.tensor(0.0)
    device = gradients[0].device
    norm = _norm(torch.stack([_norm(g, p).to(device) for g in gradients]), p)
    if error_if_nonfinite and not norm.isfinite():
        raise ValueError(f"the norm of order {p} of the gradients must be finite to be clipped, got {float(norm)}")
    scale = (max_norm / (norm + 1e-6)).clamp(max=1.0)  # not an if, for which a GPU would have to be waited for
    for g in gradients:
        g *= scale.to(g.device)
    return norm


@checked
@torch.no_grad()
def clip_grad_value_(parameters: Tensor | Iterable[Tensor], clip_value: float) -> None:
    """``gᵢ ← max(-clip_value, min(gᵢ, clip_value))`` for every gradient, element by element; the direction changes."""
    for g in _gradients(parameters):
        if g.is_complex():
            raise TypeError(f"gradients must be real to be clipped by value, got {g.dtype}")
        g.clamp_(-clip_value, clip_value)


def _gradients(parameters: Tensor | Iterable[Tensor]) -> list[Tensor]:
    each = [parameters] if isinstance(parameters, Tensor) else parameters
    if not isinstance(each, Iterable):
        raise TypeError(f"parameters must be a tensor or several, got {described(parameters)}")
    each = list(each)
    for i, p in enumerate(each):
        if not isinstance(p, Tensor):
            raise TypeError(f"parameters must be tensors, got {described(p)} at {i}")
    return [p.grad for p in each if p.grad is not None]


def _order(norm_type: float | str) -> float:
    """The order of a norm, for which "inf" may stand."""
    if isinstance(norm_type, str) and norm_type == "inf":
        return math.inf
    if not is_number(norm_type):
        raise TypeError(f"norm_type must be a number or 'inf', got {described(norm_type)}")
    return float(norm_type)


def _norm(x: Float[Tensor, "..."], p: float) -> Float[Tensor, ""]:
    """A norm of norms is the norm of all numbers."""
    size = x.abs()
    if not size.numel():
        return size.sum()
    if math.isinf(p):
        return size.max() if p > 0 else size.min()
    if p == 0:
        return (size != 0).sum().to(size.dtype)
    return (in_single(size).pow_(p).sum() ** (1 / p)).to(size.dtype)
