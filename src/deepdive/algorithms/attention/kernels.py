"""Kernels as scores: what a softmax turns into Nadaraya and Watson's weights (D2L section 11.2)."""

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.signatures import checked

Kernel = Callable[[Float[Tensor, "..."]], Float[Tensor, "..."]]
"""From distances in widths, ``u = |q - k| / h ≥ 0``, to scores ``log K(u)``, ``-inf`` where ``K(u) = 0``."""


def _gaussian(u: Tensor) -> Tensor:
    """``K(u) = exp(-u² / 2)``."""
    return -u.square() / 2


def _boxcar(u: Tensor) -> Tensor:
    """``K(u) = 1 if u ≤ 1 else 0``."""
    return torch.zeros_like(u).masked_fill(u > 1, -torch.inf)


def _constant(u: Tensor) -> Tensor:
    """``K(u) = 1``."""
    return torch.zeros_like(u)


def _epanechnikov(u: Tensor) -> Tensor:
    """``K(u) = max(0, 1 - u²)``."""
    outside = u >= 1
    return (1 - u.masked_fill(outside, 0.0).square()).log().masked_fill(outside, -torch.inf)


KERNELS: Mapping[str, Kernel] = {
    "gaussian": _gaussian,
    "boxcar": _boxcar,
    "constant": _constant,
    "epanechnikov": _epanechnikov,
}
"""``K(u)``: ``exp(-u²/2)``; 1 up to ``u = 1``; 1 everywhere; ``max(0, 1 - u²)``, of least mean squared error among all
(Epanechnikov, 1969; D2L draws a triangle, ``max(0, 1 - u)``, under this name)."""


@checked
def get_kernel(name: str) -> Kernel:
    """One of `KERNELS`.

    Raises:
        ValueError: there is none of that name.
    """
    if name not in KERNELS:
        raise ValueError(f"kernel must be one of {', '.join(KERNELS)}, got {name!r}")
    return KERNELS[name]
