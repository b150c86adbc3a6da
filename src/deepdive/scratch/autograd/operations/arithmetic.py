"""Arithmetic element by element, with broadcasting; each rule stands beside its operation.

A rule gives ``g ∂y/∂x`` for ``g = ∂L/∂y``, in the shape of the output; where an input was broadcast, the tape sums.
"""

from typing import Any

import numpy as np

from deepdive.scratch.autograd._recording import (
    Operand,
    Output,
    as_operand,
    check_broadcast,
    constant,
    operands,
    record,
)
from deepdive.scratch.autograd.tensor import Tensor


def add(a: Operand, b: Operand) -> Tensor:
    """``y = a + b``."""
    a, b = operands("add", a, b)
    return record("add", a._data + b._data, (a, lambda g: g), (b, lambda g: g))


def sub(a: Operand, b: Operand) -> Tensor:
    """``y = a - b``."""
    a, b = operands("sub", a, b)
    return record("sub", a._data - b._data, (a, lambda g: g), (b, lambda g: -g))


def mul(a: Operand, b: Operand) -> Tensor:
    """``y = a b``."""
    a, b = operands("mul", a, b)
    return record("mul", a._data * b._data, (a, lambda g: g * b), (b, lambda g: g * a), saves=(a, b))


def div(a: Operand, b: Operand) -> Tensor:
    """``y = a / b``; of whole numbers it is a float64."""
    a, b = operands("div", a, b)
    y = Output(a._data / b._data)
    return record("div", y, (a, lambda g: g / b), (b, lambda g: -g * y() / b), saves=(b,))


def neg(x: Operand) -> Tensor:
    """``y = -x``."""
    x = as_operand("neg", x)
    return record("neg", -x._data, (x, lambda g: -g))


def pow(a: Operand, b: Operand) -> Tensor:
    """``y = aᵇ``: ``∂y/∂a = b aᵇ⁻¹`` and ``∂y/∂b = aᵇ log a``, which is 0 where ``a = 0 ≤ b``, as in PyTorch."""
    number = b if isinstance(b, int | float) and not isinstance(b, bool) else None
    a, b = operands("pow", a, b)
    y = Output(np.power(a._data, b._data) if number is None else a._data**number)

    def by_base(g: Tensor) -> Tensor:
        if number is not None:  # known to be a number, so 2 x needs no power
            return g * 0.0 if number == 0 else g * number * (a if number == 2 else a ** (number - 1))
        return g * where(b == 0, 0.0, b * a ** where(b == 0, 1.0, b - 1))

    def by_exponent(g: Tensor) -> Tensor:
        zero = (a == 0) & (b >= 0)
        return g * where(zero, 0.0, y() * where(zero, 1.0, a).log())

    return record("pow", y, (a, by_base), (b, by_exponent), saves=(a, b))


def abs(x: Operand) -> Tensor:
    """``y = |x|``: ``∂y/∂x = sign x``, 0 at 0."""
    x = as_operand("abs", x)
    return record("abs", np.abs(x._data), (x, lambda g: g * constant(np.sign(x._data))), saves=(x,))


def maximum(a: Operand, b: Operand) -> Tensor:
    """``y = max(a, b)``: the gradient goes to the larger one, half to each where they are equal."""
    a, b = operands("maximum", a, b)
    return record(
        "maximum",
        np.maximum(a._data, b._data),
        (a, lambda g: g * _share(a, b)),
        (b, lambda g: g * _share(b, a)),
        saves=(a, b),
    )


def minimum(a: Operand, b: Operand) -> Tensor:
    """``y = min(a, b)``: the gradient goes to the smaller one, half to each where they are equal."""
    a, b = operands("minimum", a, b)
    return record(
        "minimum",
        np.minimum(a._data, b._data),
        (a, lambda g: g * _share(b, a)),
        (b, lambda g: g * _share(a, b)),
        saves=(a, b),
    )


def _share(a: Tensor, b: Tensor) -> Tensor:
    """1 where a > b, ½ where they are equal: a constant, because the choice does not change in a neighbourhood."""
    half = a.dtype.type(0.5)
    return constant((np.greater(a._data, b._data) + np.equal(a._data, b._data) * half).astype(a.dtype))


def where(condition: Operand, a: Operand, b: Operand) -> Tensor:
    """``y = a`` where the condition holds, else ``b``; so is the gradient.

    Raises:
        TypeError: the condition does not hold booleans.
        ValueError: the three shapes do not broadcast.
    """
    mask = as_operand("where", condition)
    if mask.dtype != np.bool_:
        raise TypeError(f"where: condition must hold booleans, got {mask.dtype}")
    a, b = operands("where", a, b)
    check_broadcast("where", mask.shape, a.shape, b.shape)
    return record(
        "where",
        np.where(mask._data, a._data, b._data),
        (a, lambda g: where(mask, g, 0.0)),
        (b, lambda g: where(mask, 0.0, g)),
        saves=(mask,),
    )


def clip(x: Operand, min: int | float | None = None, max: int | float | None = None) -> Tensor:
    """``y = min(max(x, min), max)``: the gradient passes where ``min ≤ x ≤ max``.

    Raises:
        ValueError: neither bound is given.
    """
    x = as_operand("clip", x)
    if min is None and max is None:
        raise ValueError("clip needs min, max or both")

    def inside(g: Tensor) -> Tensor:
        low = x._data >= (-np.inf if min is None else min)
        return where(constant(low & (x._data <= (np.inf if max is None else max))), g, 0.0)

    bounds = [None if bound is None else x.dtype.type(bound) for bound in (min, max)]
    return record("clip", np.clip(x._data, *bounds), (x, inside), saves=(x,))


def astype(x: Tensor, dtype: Any) -> Tensor:
    """``x`` in another type; the gradient comes back in the type of ``x``. The same tensor if it has the type."""
    if x.dtype == np.dtype(dtype):
        return x
    if np.dtype(dtype).kind != "f":
        return Tensor(x._data, dtype=dtype)
    return record("astype", x._data.astype(dtype), (x, lambda g: g))


def clone(x: Tensor) -> Tensor:
    """``y = x`` in memory of its own."""
    return record("clone", x._data.copy(), (x, lambda g: g))
