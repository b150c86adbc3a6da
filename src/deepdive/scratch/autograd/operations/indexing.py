"""Parts of a tensor, and their transposed operation: parts added into zeros."""

from typing import Any

import numpy as np

from deepdive.scratch.autograd._recording import Operand, as_operand, record
from deepdive.scratch.autograd.tensor import Tensor


def getitem(x: Operand, index: Any) -> Tensor:
    """``y = x[index]``: slices (a view), ``None``, ``...``, whole numbers, arrays of them, boolean masks.

    An element that is taken several times gets the sum of their gradients.

    Raises:
        IndexError: out of range, or too many indices.
        TypeError: an index of another kind.
    """
    x = as_operand("getitem", x)
    index = plain_index(index)
    y = x._data[index]
    return record("getitem", y, (x, lambda g: scatter_add(g, index, x.shape)), view_of=None if _taken(index) else x)


def scatter_add(x: Operand, index: Any, shape: tuple[int, ...]) -> Tensor:
    """``y = 0; y[index] += x`` of the given shape, adding where an index occurs several times.

    Raises:
        IndexError: out of range, or too many indices.
        ValueError: ``x`` does not have the shape of ``y[index]``.
    """
    x = as_operand("scatter_add", x)
    index = plain_index(index)
    y = np.zeros(shape, x.dtype)
    if y[index].shape != x.shape:
        raise ValueError(f"scatter_add: x must have the shape of y[index], {y[index].shape}, got {x.shape}")
    if any(isinstance(i, np.ndarray) and i.dtype != np.bool_ for i in _parts(index)):
        np.add.at(y, index, x._data)
    else:  # slices and masks meet no element twice
        y[index] = x._data
    return record("scatter_add", y, (x, lambda g: getitem(g, index)))


def _parts(index: Any) -> tuple[Any, ...]:
    return index if isinstance(index, tuple) else (index,)


def _taken(index: Any) -> bool:
    """Whether it copies: as soon as an array is among the indices."""
    return any(isinstance(i, np.ndarray) for i in _parts(index))


def plain_index(index: Any) -> Any:
    """The index out of NumPy's own kinds; arrays are copied, so that changing one later changes no gradient."""
    plain = tuple(_one(i) for i in _parts(index))
    return plain if isinstance(index, tuple) else plain[0]


def _one(i: Any) -> Any:
    if isinstance(i, Tensor | list | np.ndarray):
        array = np.array(i._data if isinstance(i, Tensor) else i)
        if array.size == 0 and not isinstance(i, np.ndarray):
            array = array.astype(np.intp)
        if array.dtype.kind not in "iub":
            raise TypeError(f"an index holds whole numbers or booleans, got {array.dtype}")
        return array if array.ndim or array.dtype.kind == "b" else int(array)
    if i is None or i is Ellipsis or isinstance(i, int | np.integer | slice):
        return i
    raise TypeError(f"an index is made of whole numbers, slices, None, ..., arrays and masks, got {type(i).__name__}")
