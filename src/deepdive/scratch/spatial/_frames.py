"""A frame around the last dimensions of a tensor: of one value, or of the tensor's own values."""

from collections.abc import Sequence
from typing import Literal

import torch
from jaxtyping import Shaped
from torch import Tensor

from deepdive.checks import shown
from deepdive.scratch.spatial._windows import times

Frame = tuple[int, ...]
"""What is added before and behind the first dimension, before and behind the second, and so on."""
Mode = Literal["reflect", "replicate", "circular"]


def around(padding: Sequence[int]) -> Frame:
    """The same on both sides of a dimension."""
    return tuple(p for p in padding for _ in range(2))


def pad(x: Shaped[Tensor, "..."], frame: Frame, value: float = 0.0) -> Shaped[Tensor, "..."]:
    """``x`` inside a frame of ``value``; where a side is negative, ``x`` is cut."""
    if not any(frame):
        return x
    n = len(frame) // 2
    x, grown = _cut(x, frame)
    if not any(grown):
        return x
    sizes = [x.shape[dim] + sum(_sides(grown, dim)) for dim in range(-n, 0)]
    padded = x.new_full((*x.shape[:-n], *sizes), value)
    inside = (slice(grown[2 * i], grown[2 * i] + x.shape[i - n]) for i in range(n))
    padded[(..., *inside)] = x
    return padded


def _cut(x: Tensor, frame: Frame) -> tuple[Tensor, Frame]:
    """``x`` without what negative sides take away, and the sides that are left to be added."""
    for dim in range(-(len(frame) // 2), 0):
        first, last = (min(side, 0) for side in _sides(frame, dim))
        if first or last:
            x = x.narrow(dim, -first, x.shape[dim] + first + last)
    return x, tuple(max(side, 0) for side in frame)


def pad_from_input(x: Shaped[Tensor, "..."], frame: Frame, mode: Mode) -> Shaped[Tensor, "..."]:
    """``x`` inside a frame of its own values: mirrored at the border, the border repeated, or from the far side.

    A negative side cuts: a circle is one of what is left, the other two look beyond the cut.

    Raises:
        ValueError: a side is larger than the input has values for.
    """
    n = len(frame) // 2
    if mode == "circular":
        x, frame = _cut(x, frame)
    sizes = x.shape[-n:]
    for dim in range(-n, 0):
        side = max(_sides(frame, dim))
        limit = {"reflect": x.shape[dim] - 1, "circular": x.shape[dim]}.get(mode, side)
        if side > limit:
            raise ValueError(f"padding must be at most {limit} with {mode!r} on an input of {times(sizes)}, got {side}")
    for dim in range(-n, 0):
        first, last = _sides(frame, dim)
        if first or last:
            position = torch.arange(-first, x.shape[dim] + last, device=x.device)
            x = x.index_select(dim, _source(position, x.shape[dim], mode))
    return x


def check_frame(x: Tensor, frame: Frame) -> None:
    """Check that something is left where a frame cuts.

    Raises:
        ValueError: nothing is.
    """
    n = len(frame) // 2
    for dim in range(-n, 0):
        first, last = _sides(frame, dim)
        if min(x.shape[dim] + min(first, last), x.shape[dim] + first + last) < (1 if x.shape[dim] else 0):
            raise ValueError(
                f"padding must leave at least one value of an input of shape {shown(x.shape)}, got "
                f"{(first, last)} along dimension {dim}"
            )


def _sides(frame: Frame, dim: int) -> tuple[int, int]:
    """Before and behind dimension ``dim``, counted from the end."""
    i = len(frame) + 2 * dim
    return frame[i], frame[i + 1]


def _source(position: Tensor, length: int, mode: Mode) -> Tensor:
    if mode == "circular":
        return position % length
    if mode == "replicate":
        return position.clamp(0, length - 1)
    return (length - 1) - ((length - 1) - position.abs()).abs()
