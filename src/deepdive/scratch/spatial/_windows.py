"""What convolution and pooling share: a window that slides over one, two or three dimensions.

Along one dimension, element ``i`` of all windows together is the input shifted by ``i`` steps. So nothing here loops
over positions, only over the few elements of a window, one dimension after the other; the number of dimensions is that
of the sizes given.
"""

from collections.abc import Iterator, Sequence

import torch
from jaxtyping import Shaped
from torch import Tensor

from deepdive.checks import shown

Size = int | tuple[int, ...]
"""One number for all dimensions over which a window slides, or one for each."""
AXES = {1: ("length",), 2: ("height", "width"), 3: ("depth", "height", "width")}
_ELEMENTS = {1: "position", 2: "row and column", 3: "slice, row and column"}


def check_layout(name: str, x: Tensor, n: int, channels: int | str = "channels") -> None:
    """Check that a tensor is a batch of examples of ``n`` dimensions or one alone, with so many channels.

    Raises:
        ValueError: it has another shape.
    """
    if x.ndim not in (n + 1, n + 2) or (isinstance(channels, int) and x.shape[-n - 1] != channels):
        axes = ", ".join(AXES[n])
        raise ValueError(
            f"{name} must have shape (batch, {channels}, {axes}) or, without batch, ({channels}, {axes})"
            f", got {shown(x.shape)}"
        )


def check_not_empty(name: str, x: Tensor, n: int, *, channels: bool = True) -> None:
    """Check that an example, or a batch of any size of them, has a value for every window to see.

    Raises:
        ValueError: one of the ``n`` dimensions is empty, or there are no ``channels`` where they are asked for.
    """
    if 0 in x.shape[-n - 1 if channels else -n :]:
        words = f"channel, {_ELEMENTS[n]}" if channels else _ELEMENTS[n]
        raise ValueError(f"{name} must have at least one {words}, got shape {shown(x.shape)}")


def check_reach(name: str, sizes: Sequence[int], kernel: Sequence[int], dilation: Sequence[int]) -> None:
    """Check that at least one window fits into these sizes.

    Raises:
        ValueError: the window reaches over more.
    """
    reach = [d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True)]
    if any([size < least for size, least in zip(sizes, reach, strict=True)]):
        raise ValueError(f"{name} must be at least {times(reach)}, over which the kernel reaches, got {times(sizes)}")


def times(sizes: Sequence[int]) -> str:
    """Sizes as they are said: ``3x4``."""
    return "x".join(map(str, sizes))


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


def columns(
    x: Shaped[Tensor, "b c ..."], size: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> Tensor:
    """All windows: ``(channels, *size, batch, *positions)``, to be a matrix of one window a column (im2col)."""
    x = x.transpose(0, 1)
    for i, (k, s, d) in enumerate(zip(size, stride, dilation, strict=True)):
        x = torch.stack(shifts(x, 2 + 2 * i, k, s, d), 1 + i)
    return x


def overlapped(
    stamps: Tensor,
    stride: Sequence[int],
    dilation: Sequence[int],
    cropped: Sequence[int],
    sizes: Sequence[int],
) -> Shaped[Tensor, "c b ..."]:
    """The transpose of ``columns``: ``(channels, *size, batch, *positions)`` added up where windows overlap (col2im).

    ``sizes`` are those of the result, of which ``cropped`` are taken off at the beginning.
    """
    for i in reversed(range(len(sizes))):
        stamps = overlap_add(stamps.unbind(1 + i), 2 + 2 * i, stride[i], dilation[i], cropped[i], sizes[i])
    return stamps


def elements(
    x: Shaped[Tensor, "b c ..."], size: Sequence[int], stride: Sequence[int], dilation: Sequence[int]
) -> Iterator[Tensor]:
    """Views of ``x``, one for every element of a window, in the order of ``weight.flatten()``."""
    views = [x]
    for i, (k, s, d) in enumerate(zip(size, stride, dilation, strict=True)):
        views = [shifted for view in views for shifted in shifts(view, 2 + i, k, s, d)]
    return iter(views)


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
