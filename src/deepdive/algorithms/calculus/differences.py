"""Derivatives by differences, in double precision.

A step ``h`` too long misses the curve, one too short drowns in rounding: the best one, in units of ``max(1, |x|)``, is
a root of the machine's precision ``ε ≈ 2.2e-16``, and ``step=None`` takes it.
"""

from collections.abc import Callable
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_bounds, shown, told
from deepdive.signatures import checked

Method = Literal["forward", "central", "richardson"]
Function = Callable[[Tensor], Tensor]
_EPSILON = torch.finfo(torch.float64).eps
_ROOTS = {"forward": 1 / 2, "central": 1 / 3, "richardson": 1 / 5}


@checked
def derivative(
    function: Function,
    x: Float[Tensor, "*shape"] | int | float,
    *,
    method: Method = "central",
    step: float | None = None,
) -> Float[Tensor, "*shape"]:
    """``f'(x)`` of an elementwise function, at every element of ``x`` at once (D2L section 2.4.1).

    ``forward``: ``(f(x + h) - f(x)) / h``, error ``O(h)``; ``central``: ``(f(x + h) - f(x - h)) / 2h``, ``O(h²)``;
    ``richardson``: ``(4 c(h/2) - c(h)) / 3`` of central differences ``c``, ``O(h⁴)``.

    Raises:
        TypeError: the function returns no tensor.
        ValueError: there is no such method, or ``step`` is not positive.
    """
    x = _double(x)
    return _difference(lambda h: function(x + h), x, method, step)


@checked
def partial_derivative(
    function: Function,
    x: Float[Tensor, "*batch n"],
    index: int,
    *,
    method: Method = "central",
    step: float | None = None,
) -> Tensor:
    """``∂f/∂x_index`` of a function of vectors, perhaps a batch of them with a number each (D2L section 2.4.3).

    Raises:
        ValueError: there is no such index, or as for `derivative`.
    """
    x = _double(x)
    n = x.shape[-1]
    if not -n <= index < n:
        raise ValueError(f"index must be from {-n} to {n - 1} for {n} components, got {index}")
    direction = torch.zeros_like(x)
    direction[..., index] = 1
    return _difference(lambda h: function(x + h[..., None] * direction), x[..., index], method, step)


@checked
def jacobian(
    function: Function, x: Float[Tensor, " n"], *, method: Method = "central", step: float | None = None
) -> Float[Tensor, "*outputs n"]:
    """``J[..., j] = ∂f/∂x_j`` of a function of one vector: two evaluations per component.

    Raises:
        ValueError: ``x`` is no vector, or as for `derivative`.
    """
    x = _double(x)
    if x.dim() != 1 or not len(x):
        raise ValueError(f"x must be a vector with at least one component, got shape {shown(x.shape)}")
    return torch.stack([partial_derivative(function, x, j, method=method, step=step) for j in range(len(x))], dim=-1)


@checked
def gradient(
    function: Function, x: Float[Tensor, " n"], *, method: Method = "central", step: float | None = None
) -> Float[Tensor, " n"]:
    """``∇f`` of a function from a vector to a number.

    Raises:
        ValueError: the function does not return a scalar, or as for `jacobian`.
    """
    found = jacobian(function, x, method=method, step=step)
    if found.dim() != 1:
        raise ValueError(f"what function returns must be a scalar for a gradient, got shape {shown(found.shape[:-1])}")
    return found


@checked
def hessian(function: Function, x: Float[Tensor, " n"], *, step: float | None = None) -> Float[Tensor, "n n"]:
    """``H[i, j] = ∂²f / ∂x_i ∂x_j`` by central differences of central differences; symmetric.

    Raises:
        ValueError: the function does not return a scalar, or as for `jacobian`.
    """
    h = _EPSILON ** (1 / 4) if step is None else step  # the difference is divided by h²
    found = jacobian(lambda at: gradient(function, at, step=h), x, step=h)
    return (found + found.T) / 2


def _double(x: Tensor | int | float) -> Tensor:
    return torch.as_tensor(x, dtype=torch.float64).detach()


def _difference(along: Function, x: Tensor, method: Method, step: float | None) -> Tensor:
    """The derivative of ``along(h)`` at ``h = 0``, where ``h`` is added to ``x``."""
    if step is not None:
        check_bounds("step", step, above=0)
    h = x.abs().clamp(min=1.0) * (_EPSILON ** _ROOTS[method] if step is None else step)
    h = (x + h) - x  # what x really moves by
    with torch.no_grad():
        if method == "richardson":
            return (4 * _central(along, h / 2) - _central(along, h)) / 3
        if method == "central":
            return _central(along, h)
        return (_value(along, h) - _value(along, torch.zeros_like(h))) / h


def _central(along: Function, h: Tensor) -> Tensor:
    return (_value(along, h) - _value(along, -h)) / (2 * h)


def _value(along: Function, h: Tensor) -> Tensor:
    y = along(h)
    if not isinstance(y, Tensor):
        raise TypeError(f"what function returns must be a tensor, got {told(y)}")
    return y.double()
