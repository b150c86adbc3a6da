"""Convex sets and what is not smooth: projections and proximal steps (D2L section 12.2.3)."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.optimization.functions import Function
from deepdive.algorithms.optimization.line_search import check_start, gradient
from deepdive.checks import check_bounds, check_integer, check_not_empty
from deepdive.signatures import checked


@checked
def project_box(x: Float[Tensor, " n"], low: float, high: float) -> Float[Tensor, " n"]:
    """The nearest point with ``low ≤ xᵢ ≤ high``: each number by itself.

    Raises:
        ValueError: ``low`` is above ``high``.
    """
    check_bounds("low", low)
    check_bounds("high", high, low)
    return x.clamp(low, high)


@checked
def project_ball(x: Float[Tensor, " n"], radius: float = 1.0) -> Float[Tensor, " n"]:
    """The nearest point with ``‖x‖ ≤ radius``: ``x min(1, radius / ‖x‖)``, as gradients are clipped.

    >>> project_ball(torch.tensor([3.0, 4.0]))
    tensor([0.6000, 0.8000])

    Raises:
        ValueError: ``radius`` is not above 0.
    """
    check_bounds("radius", radius, above=0)
    norm = x.norm()
    return x * (radius / norm) if norm > radius else x


@checked
def project_simplex(x: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    """The nearest point with ``xᵢ ≥ 0`` and ``Σ xᵢ = 1``: ``max(x - τ, 0)`` (Duchi et al., 2008).

    ``τ = (Σ_{i ≤ k} uᵢ - 1) / k`` of the numbers in falling order ``u``, with the largest ``k`` such that ``u_k > τ``.

    >>> project_simplex(torch.tensor([0.75, 1.25, -3.0]))
    tensor([0.2500, 0.7500, 0.0000])

    Raises:
        ValueError: there is no number.
    """
    check_not_empty("x", x)
    u = x.sort(descending=True).values
    taus = (u.cumsum(0) - 1) / torch.arange(1, len(u) + 1, dtype=x.dtype, device=x.device)
    k = int((u > taus).sum())
    return (x - taus[k - 1]).clamp(min=0)


@checked
def soft_threshold(x: Float[Tensor, " n"], threshold: float) -> Float[Tensor, " n"]:
    """``argmin_z ½ ‖z - x‖² + threshold ‖z‖₁ = sign(x) max(|x| - threshold, 0)``: the proximal step of the L1 norm.

    >>> soft_threshold(torch.tensor([3.0, -0.5, -2.0]), 1.0)
    tensor([ 2., -0., -1.])

    Raises:
        ValueError: ``threshold`` is negative.
    """
    check_bounds("threshold", threshold, 0)
    return x.sign() * (x.abs() - threshold).clamp(min=0)


@checked
def proximal_gradient(
    function: Function, proximal: Callable[[Tensor], Tensor], x: Float[Tensor, " n"], *, lr: float, steps: int
) -> Float[Tensor, "points n"]:
    """``x = prox(x - lr ∇f(x))``: with a projection, descent within a set; with a soft threshold, L1 penalties (ISTA).

    The path, the start first.

    Raises:
        ValueError: a number is out of range, or the function is not finite at the start.
    """
    check_bounds("lr", lr, above=0)
    check_integer("steps", steps, 1)
    points = [x.detach()]
    check_start(function, points[0])
    for _ in range(steps):
        points.append(proximal(points[-1] - lr * gradient(function, points[-1])))
    return torch.stack(points)
