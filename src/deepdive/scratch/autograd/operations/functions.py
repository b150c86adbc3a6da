"""Elementary functions, element by element; each rule stands beside its function."""

import numpy as np

from deepdive.scratch.autograd._recording import Operand, Output, as_operand, constant, record
from deepdive.scratch.autograd.tensor import Tensor


def exp(x: Operand) -> Tensor:
    """``y = eˣ``: ``∂y/∂x = y``."""
    x = _float("exp", x)
    y = Output(np.exp(x._data))
    return record("exp", y, (x, lambda g: g * y()))


def log(x: Operand) -> Tensor:
    """``y = log x``, natural: ``∂y/∂x = 1 / x``; -inf at 0 and NaN below, with NumPy's warning."""
    x = _float("log", x)
    return record("log", np.log(x._data), (x, lambda g: g / x), saves=(x,))


def sqrt(x: Operand) -> Tensor:
    """``y = √x``: ``∂y/∂x = 1 / (2 y)``; NaN below 0, with NumPy's warning."""
    x = _float("sqrt", x)
    y = Output(np.sqrt(x._data))
    return record("sqrt", y, (x, lambda g: g / (2 * y())))


def sin(x: Operand) -> Tensor:
    """``y = sin x``: ``∂y/∂x = cos x``."""
    x = _float("sin", x)
    return record("sin", np.sin(x._data), (x, lambda g: g * cos(x)), saves=(x,))


def cos(x: Operand) -> Tensor:
    """``y = cos x``: ``∂y/∂x = -sin x``."""
    x = _float("cos", x)
    return record("cos", np.cos(x._data), (x, lambda g: -g * sin(x)), saves=(x,))


def tanh(x: Operand) -> Tensor:
    """``y = (eˣ - e⁻ˣ) / (eˣ + e⁻ˣ)``: ``∂y/∂x = 1 - y²``."""
    x = _float("tanh", x)
    y = Output(np.tanh(x._data))
    return record("tanh", y, (x, lambda g: g * (1 - y() * y())))


def sigmoid(x: Operand) -> Tensor:
    """``y = 1 / (1 + e⁻ˣ)``: ``∂y/∂x = y (1 - y)``; for ``x < 0`` it is ``eˣ / (1 + eˣ)``, which cannot overflow."""
    x = _float("sigmoid", x)
    e = np.exp(-np.abs(x._data))
    y = Output(np.where(x._data >= 0, 1, e) / (1 + e))
    return record("sigmoid", y, (x, lambda g: g * y() * (1 - y())))


def relu(x: Operand) -> Tensor:
    """``y = max(x, 0)``: ``∂y/∂x = 1`` where ``x > 0``, else 0."""
    x = _float("relu", x)
    y = Output(np.maximum(x._data, 0))
    return record("relu", y, (x, lambda g: g * constant(y.data > 0)))


def softplus(x: Operand) -> Tensor:
    """``y = log(1 + eˣ) = max(x, 0) + log(1 + e^-|x|)``: ``∂y/∂x = sigmoid(x)``."""
    x = _float("softplus", x)
    return record("softplus", np.logaddexp(x._data, x.dtype.type(0)), (x, lambda g: g * sigmoid(x)), saves=(x,))


def _float(name: str, x: Operand) -> Tensor:
    x = as_operand(name, x)
    return x if x.dtype.kind == "f" else x.astype(np.float64)
