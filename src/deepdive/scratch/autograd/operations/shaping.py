"""Other shapes for the same elements, and several tensors as one; each rule stands beside its operation."""

from collections.abc import Sequence

import numpy as np

from deepdive.scratch.autograd._recording import Operand, as_operand, record
from deepdive.scratch.autograd.tensor import Tensor


def reshape(x: Operand, *shape: int | tuple[int, ...]) -> Tensor:
    """The elements in their order, in another shape; one size may be -1 and follows from the rest.

    Raises:
        ValueError: the number of elements differs.
    """
    x = as_operand("reshape", x)
    sizes = _sizes(shape)
    try:
        y = x._data.reshape(sizes)
    except ValueError as error:
        raise ValueError(f"reshape: {x.size} elements of shape {x.shape} do not fit into shape {sizes}") from error
    return record("reshape", y, (x, lambda g: g.reshape(x.shape)), view_of=x)


def transpose(x: Operand, *axes: int | tuple[int, ...]) -> Tensor:
    """Axes in another order, ``y.shape[i] = x.shape[axes[i]]``; without ``axes`` reversed.

    Raises:
        ValueError: ``axes`` does not name every axis once.
    """
    x = as_operand("transpose", x)
    order = _sizes(axes) or tuple(range(x.ndim))[::-1]
    if sorted(axis % x.ndim if x.ndim else axis for axis in order) != list(range(x.ndim)):
        raise ValueError(f"transpose: axes must name each of the {x.ndim} axes once, got {order}")
    order = tuple(axis % x.ndim for axis in order)
    back = tuple(int(i) for i in np.argsort(order))
    return record("transpose", x._data.transpose(order), (x, lambda g: g.transpose(back)), view_of=x)


def swapaxes(x: Operand, first: int, second: int) -> Tensor:
    """Two axes exchanged.

    Raises:
        ValueError: an axis is out of range.
    """
    x = as_operand("swapaxes", x)
    order = list(range(x.ndim))
    first, second = (_axis("swapaxes", axis, x.ndim) for axis in (first, second))
    order[first], order[second] = order[second], order[first]
    return transpose(x, tuple(order))


def expand(x: Operand, *shape: int | tuple[int, ...]) -> Tensor:
    """Broadcast to ``shape`` without copying; the tape sums the gradient back.

    Raises:
        ValueError: the shape of ``x`` does not broadcast to it.
    """
    x = as_operand("expand", x)
    sizes = _sizes(shape)
    if x.shape == sizes:
        return x
    try:
        y = np.broadcast_to(x._data, sizes)
    except ValueError as error:
        raise ValueError(f"expand: shape {x.shape} does not broadcast to {sizes}") from error
    return record("expand", y, (x, lambda g: g), view_of=x)


def squeeze(x: Operand, axis: int | tuple[int, ...] | None = None) -> Tensor:
    """Without axes of size 1: all of them, or those named.

    Raises:
        ValueError: an axis is out of range, or its size is not 1.
    """
    x = as_operand("squeeze", x)
    if axis is None:
        return reshape(x, tuple(size for size in x.shape if size != 1))
    axes = {_axis("squeeze", at, x.ndim) for at in ((axis,) if isinstance(axis, int) else axis)}
    for at in sorted(axes):
        if x.shape[at] != 1:
            raise ValueError(f"squeeze: axis {at} of shape {x.shape} must have size 1, got {x.shape[at]}")
    return reshape(x, tuple(size for i, size in enumerate(x.shape) if i not in axes))


def unsqueeze(x: Operand, axis: int) -> Tensor:
    """A new axis of size 1 before ``axis``.

    Raises:
        ValueError: it is out of range.
    """
    x = as_operand("unsqueeze", x)
    at = _axis("unsqueeze", axis, x.ndim + 1)
    return reshape(x, (*x.shape[:at], 1, *x.shape[at:]))


def flip(x: Operand, axis: int) -> Tensor:
    """The order along an axis reversed.

    Raises:
        ValueError: the axis is out of range.
    """
    x = as_operand("flip", x)
    at = _axis("flip", axis, x.ndim)
    return record("flip", np.flip(x._data, at), (x, lambda g: g.flip(at)), view_of=x)


def concatenate(tensors: Sequence[Operand], axis: int = 0) -> Tensor:
    """One after the other along an axis; the gradient is cut into the same pieces.

    Raises:
        ValueError: there are none, the axis is out of range, or other sizes differ.
    """
    parts = _same_type("concatenate", tensors)
    at = _axis("concatenate", axis, parts[0].ndim)
    rest = {(*x.shape[:at], *x.shape[at + 1 :]) if x.ndim == parts[0].ndim else None for x in parts}
    if len(rest) > 1:
        shapes = ", ".join(str(x.shape) for x in parts)
        raise ValueError(f"concatenate: sizes must agree except along axis {at}, got shapes {shapes}")
    ends = np.cumsum([x.shape[at] for x in parts]).tolist()
    pieces = [(slice(None),) * at + (slice(end - x.shape[at], end),) for end, x in zip(ends, parts, strict=True)]
    inputs = [(x, lambda g, piece=piece: g[piece]) for x, piece in zip(parts, pieces, strict=True)]
    return record("concatenate", np.concatenate([x._data for x in parts], at), *inputs)


def stack(tensors: Sequence[Operand], axis: int = 0) -> Tensor:
    """Along a new axis.

    Raises:
        ValueError: there are none, the axis is out of range, or shapes differ.
    """
    parts = _same_type("stack", tensors)
    if len({x.shape for x in parts}) > 1:
        raise ValueError(f"stack: shapes must be equal, got {', '.join(str(x.shape) for x in parts)}")
    return concatenate([unsqueeze(x, axis) for x in parts], axis)


def _same_type(name: str, tensors: Sequence[Operand]) -> list[Tensor]:
    parts = [as_operand(name, x) for x in tensors]
    if not parts:
        raise ValueError(f"{name} needs at least one tensor")
    dtype = np.result_type(*(x.dtype for x in parts))
    return [x.astype(dtype) for x in parts]


def _sizes(shape: tuple[int | tuple[int, ...], ...]) -> tuple[int, ...]:
    """``f(2, 3)`` and ``f((2, 3))`` are the same."""
    if len(shape) == 1 and isinstance(shape[0], tuple | list):
        return tuple(shape[0])
    return tuple(size for size in shape if isinstance(size, int | np.integer))


def _axis(name: str, axis: int, ndim: int) -> int:
    if not -ndim <= axis < ndim:
        raise ValueError(f"{name}: axis must lie in [{-ndim}, {ndim}), got {axis}")
    return axis % ndim
