"""Writing into the memory of a tensor, where no gradient would miss it."""

from typing import Any

import numpy as np

from deepdive.scratch.autograd._recording import Operand, as_operand
from deepdive.scratch.autograd.modes import is_grad_enabled
from deepdive.scratch.autograd.operations import arithmetic
from deepdive.scratch.autograd.operations.indexing import plain_index
from deepdive.scratch.autograd.tensor import Tensor

_UFUNCS = {"add": np.add, "sub": np.subtract, "mul": np.multiply, "div": np.divide, "copy": None}
_SIGNS = {"add": "+=", "sub": "-=", "mul": "*=", "div": "/=", "copy": "copy_"}


def update(name: str, x: Tensor, other: Operand) -> Tensor:
    """``x += other`` and its like: in place where nothing is recorded, else a new tensor under the old name.

    So ``w -= lr * w.grad`` inside of ``no_grad()`` costs no memory, and ``total += loss`` is recorded as one expects.

    Raises:
        ValueError: ``x`` is a leaf that requires a gradient and operations are recorded; or the result would have
            another shape or another kind of numbers.
    """
    y = as_operand(_SIGNS[name], other)
    recorded = is_grad_enabled() and (x.requires_grad or y.requires_grad)
    if recorded and name != "copy" and not (x.is_leaf and x.requires_grad):
        return getattr(arithmetic, name)(x, other)
    if np.broadcast_shapes(x.shape, y.shape) != x.shape:
        raise ValueError(f"{_SIGNS[name]}: a value of shape {y.shape} does not fit into a tensor of shape {x.shape}")
    kinds = "biuf"
    if kinds.index(y.dtype.kind) > kinds.index(x.dtype.kind) or (name == "div" and x.dtype.kind != "f"):
        raise ValueError(f"{_SIGNS[name]}: a result of float numbers does not fit into a tensor of {x.dtype}")
    data, ufunc = x._writeable(_SIGNS[name], y), _UFUNCS[name]
    if ufunc is None:
        data[...] = y._data
    else:
        ufunc(data, y._data, out=data, casting="same_kind")
    return x


def setitem(x: Tensor, index: Any, value: Operand) -> None:
    """``x[index] = value`` in place.

    Raises:
        ValueError: a gradient would miss the change, or the value does not fit.
    """
    y = as_operand("x[...] =", value)
    x._writeable("x[...] =", y)[plain_index(index)] = y._data
