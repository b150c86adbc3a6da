"""What convolution and pooling share: a window that slides over height and width.

Along one dimension, element ``i`` of all windows together is the input shifted by ``i`` steps. So nothing here loops
over positions, only over the few elements of a window, first down the rows and then along the columns.
"""

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import shown

Pair = tuple[int, int]
Padding = tuple[int, int, int, int]
"""Rows and columns to add: top, bottom, left, right."""


def check_image(name: str, x: Tensor, channels: int | str = "channels") -> None:
    """Check that a tensor is a batch of images or one alone, with so many channels.

    Raises:
        ValueError: it has another shape.
    """
    if x.ndim not in (3, 4) or (isinstance(channels, int) and x.shape[-3] != channels):
        raise ValueError(
            f"{name} must have shape (batch, {channels}, height, width) or, without batch, ({channels}, height, width)"
            f", got {shown(x.shape)}"
        )


def check_not_empty_image(name: str, x: Tensor, *, channels: bool = True) -> None:
    """Check that an image, or a batch of any size of them, has a value for every window to see.

    Raises:
        ValueError: there are no rows or columns, or no ``channels`` where they are asked for.
    """
    if 0 in x.shape[-3 if channels else -2 :]:
        words = "channel, row and column" if channels else "row and column"
        raise ValueError(f"{name} must have at least one {words}, got shape {shown(x.shape)}")


def shifts(x: Tensor, dim: int, size: int, stride: int, dilation: int = 1) -> tuple[Tensor, ...]:
    """Views of ``x``: the ``i``-th holds element ``i`` of every window along ``dim``.

    For ``x = [a b c d e]``, ``size=3`` and ``stride=1``: ``[a b c], [b c d], [c d e]``.
    """
    length = x.shape[dim]
    if size == stride and dilation == 1 and length % size == 0:  # windows that tile: the gradient is one reshape
        return x.unflatten(dim, (-1, size)).unbind(dim + 1)
    span = stride * (num_windows(length, size, stride, dilation) - 1) + 1
    before = (slice(None),) * dim
    return tuple(x[(*before, slice(i * dilation, i * dilation + span, stride))] for i in range(size))


def num_windows(length: int, size: int, stride: int, dilation: int = 1) -> int:
    """``⌊(length - dilation (size - 1) - 1) / stride⌋ + 1``: positions of a window along a dimension."""
    return (length - dilation * (size - 1) - 1) // stride + 1


def pad(x: Float[Tensor, "b c h w"], padding: Padding, value: float = 0.0) -> Float[Tensor, "b c hp wp"]:
    """``x`` inside a frame of ``value``."""
    if not any(padding):
        return x
    top, bottom, left, right = padding
    b, c, h, w = x.shape
    padded = x.new_full((b, c, h + top + bottom, w + left + right), value)
    padded[:, :, top : top + h, left : left + w] = x
    return padded


def pad_from_input(
    x: Float[Tensor, "b c h w"], padding: Padding, mode: Literal["reflect", "replicate", "circular"]
) -> Float[Tensor, "b c hp wp"]:
    """``x`` inside a frame of its own values: mirrored at the border, the border repeated, or from the far side."""
    top, bottom, left, right = padding
    h, w = x.shape[2:]
    limit = {"reflect": min(h, w) - 1, "circular": min(h, w)}.get(mode, max(padding))
    if max(padding) > limit:
        raise ValueError(f"padding must be at most {limit} with {mode!r} on an input of {h}x{w}, got {padding}")
    rows = _source(torch.arange(-top, h + bottom, device=x.device), h, mode)
    columns = _source(torch.arange(-left, w + right, device=x.device), w, mode)
    return x[:, :, rows][..., columns]


def _source(position: Tensor, length: int, mode: str) -> Tensor:
    if mode == "circular":
        return position % length
    if mode == "replicate":
        return position.clamp(0, length - 1)
    return (length - 1) - ((length - 1) - position.abs()).abs()


def overlap_add(parts: tuple[Tensor, ...], dim: int, stride: int, dilation: int, cropped: int, length: int) -> Tensor:
    """The transpose of ``shifts``: element ``j`` of part ``i`` is added at ``stride j + dilation i - cropped``.

    What falls outside ``0 ... length - 1`` is lost; where nothing falls the result is 0.
    """
    n = parts[0].shape[dim]
    reach = stride * (n - 1) + dilation * (len(parts) - 1) + 1
    if len(parts) == stride and dilation == 1:  # parts that tile
        whole = torch.stack(parts, dim + 1).flatten(dim, dim + 1)
    else:
        shape = list(parts[0].shape)
        shape[dim] = reach
        whole = parts[0].new_zeros(shape)
        before = (slice(None),) * dim
        for i, part in enumerate(parts):
            whole[(*before, slice(i * dilation, i * dilation + stride * (n - 1) + 1, stride))] += part
    missing = cropped + length - reach
    if missing > 0:
        shape = list(whole.shape)
        shape[dim] = missing
        whole = torch.cat([whole, whole.new_zeros(shape)], dim)
    return whole.narrow(dim, cropped, length)
