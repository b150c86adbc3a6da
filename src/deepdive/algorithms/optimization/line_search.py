"""How far to go: step lengths that make sure of a decrease (Nocedal and Wright, 2006, chapter 3)."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.optimization.functions import Function
from deepdive.checks import check_bounds, check_same_shape
from deepdive.signatures import checked


class NoStepError(ValueError):
    """There is no step along a direction: it does not go down, or only by less than rounding."""


_MOST = 60
"""Halvings; after so many a step is 0 beside any number."""


@checked
def gradient(function: Function, x: Float[Tensor, " n"]) -> Float[Tensor, " n"]:
    """``∇f(x)``, by automatic differentiation.

    >>> gradient(lambda x: x.square().sum(-1), torch.tensor([1.0, -3.0]))
    tensor([ 2., -6.])
    """
    x = x.detach().requires_grad_()
    return torch.autograd.grad(function(x), x)[0]


@checked
def hessian(function: Function, x: Float[Tensor, " n"]) -> Float[Tensor, "n n"]:
    """``∂²f / ∂xᵢ ∂xⱼ``, by automatic differentiation, twice.

    >>> hessian(lambda x: x[0] * x[1], torch.tensor([1.0, -3.0]))
    tensor([[0., 1.],
            [1., 0.]])
    """
    return torch.autograd.functional.hessian(function, x.detach())  # pyright: ignore[reportReturnType]


@checked
def backtracking(
    function: Function,
    x: Float[Tensor, " n"],
    direction: Float[Tensor, " n"],
    *,
    first: float = 1.0,
    factor: float = 0.5,
    c1: float = 1e-4,
) -> float:
    """The first ``α = first factor^k`` with ``f(x + α d) ≤ f(x) + c₁ α ∇f(x)ᵀd`` (Armijo, 1966).

    Steps to where the function is NaN or infinite are too long.

    >>> backtracking(lambda x: x.square().sum(-1), torch.tensor([1.0]), torch.tensor([-8.0]))
    0.125

    Raises:
        ValueError: the function is not finite at ``x``, the direction does not go down, a number is out of range, or
            no step is short enough.
    """
    check_bounds("first", first, above=0)
    check_bounds("factor", factor, above=0, below=1)
    check_bounds("c1", c1, above=0, below=1)
    value, slope = _value_and_slope(function, x, direction)
    alpha = float(first)
    for _ in range(_MOST):
        if float(function(x + alpha * direction)) <= value + c1 * alpha * slope:
            return alpha
        alpha *= factor
    raise NoStepError(f"direction must lead to a smaller value, got none down to a step of {alpha:.2g}")


@checked
def strong_wolfe(
    function: Function,
    x: Float[Tensor, " n"],
    direction: Float[Tensor, " n"],
    *,
    first: float = 1.0,
    c1: float = 1e-4,
    c2: float = 0.9,
) -> float:
    """A step with Armijo's decrease and ``|∇f(x + α d)ᵀd| ≤ c₂ |∇f(x)ᵀd|`` (Wolfe, 1969).

    Steps are doubled until such an ``α`` is enclosed, then the interval is halved. Steps to where the function is NaN
    or infinite are too long.

    Raises:
        ValueError: the function is not finite at ``x``, the direction does not go down, not ``0 < c1 < c2 < 1``, or no
            such step is found.
    """
    check_bounds("first", first, above=0)
    check_bounds("c1", c1, above=0, below=1)
    check_bounds("c2", c2, above=c1, below=1)
    value, slope = _value_and_slope(function, x, direction)
    low, high, alpha = 0.0, math.inf, float(first)
    for _ in range(2 * _MOST):
        here = float(torch.dot(gradient(function, x + alpha * direction), direction))
        lower = float(function(x + alpha * direction)) <= value + c1 * alpha * slope  # not where either is NaN
        if not lower or not here <= -c2 * slope:
            high = alpha  # too far: no decrease, up again, or beyond where the function is defined
        elif here < c2 * slope:
            low = alpha  # still steep
        else:
            return alpha
        alpha = 2 * low if math.isinf(high) else (low + high) / 2
    raise NoStepError(f"direction must have a step with Wolfe's conditions, got none near {alpha:.2g}")


def check_start(function: Function, x: Tensor) -> float:
    """The value at ``x``.

    Raises:
        ValueError: it is not finite.
    """
    value = float(function(x))
    if not math.isfinite(value):
        raise ValueError(f"x must be where the function is finite, got a value of {value}")
    return value


def _value_and_slope(function: Function, x: Tensor, direction: Tensor) -> tuple[float, float]:
    check_same_shape("direction", direction, "x", x)
    value = check_start(function, x)
    slope = float(torch.dot(gradient(function, x), direction))
    if not slope < 0:
        raise NoStepError(f"direction must go down, got a slope of {slope:.3g}")
    return value, slope
