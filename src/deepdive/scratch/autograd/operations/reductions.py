"""Sums and their kind over some axes; each rule stands beside its operation.

``axis`` is ``None`` (all of them), a number, or several; ``keepdims`` keeps them with size 1.
"""

import numpy as np

from deepdive.scratch.autograd._methods import Axis as Axis
from deepdive.scratch.autograd._recording import Operand, Output, as_operand, constant, record
from deepdive.scratch.autograd.operations.arithmetic import where
from deepdive.scratch.autograd.tensor import Tensor


def sum(x: Operand, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """``y = Σ xᵢ``: the gradient is spread over what was added."""
    x = as_operand("sum", x)
    axes = _axes("sum", x, axis)
    y = x._data.sum(axis=axes, keepdims=keepdims)
    return record("sum", y, (x, lambda g: _spread(g, x, axes, keepdims)))


def mean(x: Operand, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """``y = Σ xᵢ / n``.

    Raises:
        TypeError: of whole numbers; convert them to a float type.
        ValueError: of nothing at all.
    """
    x = as_operand("mean", x)
    if x.dtype.kind != "f":
        raise TypeError(f"mean needs float32 or float64, got {x.dtype}; use astype")
    axes = _axes("mean", x, axis)
    return sum(x, axes, keepdims) / _count("mean", x, axes)


def var(x: Operand, axis: Axis = None, keepdims: bool = False, correction: int = 1) -> Tensor:
    """``y = Σ (xᵢ - x̄)² / (n - correction)``: by default the unbiased estimate, as in PyTorch.

    Raises:
        TypeError: of whole numbers.
        ValueError: not more values than ``correction``.
    """
    x = as_operand("var", x)
    axes = _axes("var", x, axis)
    n = _count("var", x, axes)
    if n <= correction:
        raise ValueError(f"var over {n} values with correction={correction} is not defined")
    return sum((x - mean(x, axes, True)) ** 2, axes, keepdims) / (n - correction)


def max(x: Operand, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """``y = max xᵢ``: equal largest values share the gradient equally (``amax`` of PyTorch).

    Raises:
        ValueError: of nothing at all.
    """
    return _extreme("max", x, axis, keepdims)


def min(x: Operand, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """``y = min xᵢ``: equal smallest values share the gradient equally (``amin`` of PyTorch).

    Raises:
        ValueError: of nothing at all.
    """
    return _extreme("min", x, axis, keepdims)


def _extreme(name: str, x: Operand, axis: Axis, keepdims: bool) -> Tensor:
    x = as_operand(name, x)
    axes = _axes(name, x, axis)
    _count(name, x, axes)
    y = (np.max if name == "max" else np.min)(x._data, axis=axes, keepdims=True)

    def rule(g: Tensor) -> Tensor:
        chosen = x._data == y
        share = (chosen / chosen.sum(axis=axes, keepdims=True)).astype(x.dtype)
        return _spread(g, x, axes, keepdims) * constant(share)

    return record(name, y if keepdims else y.squeeze(axes), (x, rule), saves=(x,))


def prod(x: Operand, axis: int | None = None, keepdims: bool = False) -> Tensor:
    """``y = Π xᵢ``: ``∂y/∂xᵢ = Π_{j≠i} xⱼ``, also where some are 0.

    Without zeros that is ``y / xᵢ``; with zeros it takes memory for n² elements along the axis.
    """
    x = as_operand("prod", x)
    if axis is None:
        y = prod(x.reshape(-1), 0)
        return y.reshape((1,) * x.ndim) if keepdims else y
    (at,) = _axes("prod", x, axis)
    y = Output(x._data.prod(axis=at, keepdims=keepdims))

    def rule(g: Tensor) -> Tensor:
        spread = _spread(g, x, (at,), keepdims)
        if np.all(x._data):
            return spread * _spread(y(), x, (at,), keepdims) / x
        n = x.shape[at]
        rows = x.swapaxes(at, -1).reshape(*x.swapaxes(at, -1).shape[:-1], 1, n)
        others = prod(rows * (1 - np.eye(n, dtype=x.dtype)) + np.eye(n, dtype=x.dtype), -1)
        return spread * others.swapaxes(at, -1)

    return record("prod", y, (x, rule), saves=(x,))


def logsumexp(x: Operand, axis: Axis = None, keepdims: bool = False) -> Tensor:
    """``y = log Σ exp(xᵢ) = m + log Σ exp(xᵢ - m)`` with ``m = max xᵢ``: ``∂y/∂xᵢ = exp(xᵢ - y)``, the softmax.

    Of nothing but -inf it is -inf, and then the gradient is 0 (PyTorch says NaN).
    """
    x = as_operand("logsumexp", x)
    if x.dtype.kind != "f":
        x = x.astype(np.float64)
    axes = _axes("logsumexp", x, axis)
    _count("logsumexp", x, axes)
    m = np.max(x._data, axis=axes, keepdims=True)
    m = np.where(np.isfinite(m), m, 0)  # inf - inf is no number
    with np.errstate(divide="ignore"):
        kept = m + np.log(np.exp(x._data - m).sum(axis=axes, keepdims=True))
    y = Output(kept if keepdims else kept.squeeze(axes))

    def rule(g: Tensor) -> Tensor:
        result = _spread(y(), x, axes, keepdims)
        if np.isneginf(y.data).any():  # all ruled out: nothing to share the gradient
            result = where(~np.isneginf(result._data), result, 0.0)
        return _spread(g, x, axes, keepdims) * (x - result).exp()

    return record("logsumexp", y, (x, rule), saves=(x,))


def cumsum(x: Operand, axis: int = -1) -> Tensor:
    """``yᵢ = x₁ + ... + xᵢ``: the gradient adds up from the other end."""
    x = as_operand("cumsum", x)
    (at,) = _axes("cumsum", x, axis)
    return record("cumsum", x._data.cumsum(axis=at), (x, lambda g: cumsum(g.flip(at), at).flip(at)))


def sum_to(x: Tensor, shape: tuple[int, ...]) -> Tensor:
    """What broadcasting from ``shape`` did, undone by sums: the transposed operation.

    Raises:
        ValueError: ``shape`` does not broadcast to that of ``x``.
    """
    ahead = x.ndim - len(shape)
    if ahead < 0 or any(a not in (1, b) for a, b in zip(shape, x.shape[ahead:], strict=True)):
        raise ValueError(f"shape {shape} does not broadcast to {x.shape}")
    stretched = tuple(i for i in range(x.ndim) if i < ahead or (shape[i - ahead] == 1 and x.shape[i] != 1))
    return sum(x, stretched, keepdims=True).reshape(shape) if stretched else x


def _spread(g: Tensor, x: Tensor, axes: tuple[int, ...], keepdims: bool) -> Tensor:
    """A reduced tensor in the shape of ``x`` again."""
    if not keepdims:
        g = g.reshape(tuple(1 if i in axes else size for i, size in enumerate(x.shape)))
    return g.expand(x.shape)


def _axes(name: str, x: Tensor, axis: Axis) -> tuple[int, ...]:
    if axis is None:
        return tuple(range(x.ndim))
    given = (axis,) if isinstance(axis, int) else axis
    for at in given:
        if not -x.ndim <= at < x.ndim:
            raise ValueError(f"{name}: axis must lie in [{-x.ndim}, {x.ndim}) for shape {x.shape}, got {at}")
    axes = tuple(at % x.ndim for at in given)
    if len(set(axes)) < len(axes):
        raise ValueError(f"{name}: axis names a dimension twice, got {axis}")
    return axes


def _count(name: str, x: Tensor, axes: tuple[int, ...]) -> int:
    n = int(np.prod([x.shape[at] for at in axes], dtype=int))
    if n == 0:
        raise ValueError(f"{name} of no values (shape {x.shape}, axis {axes}) is not defined")
    return n
