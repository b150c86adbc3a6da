"""Pooling to an output of a given size, whatever the size of the input (D2L section 8.3)."""

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn import Module

from deepdive.scratch._arguments import checked, described, is_integer
from deepdive.scratch._precision import autocast
from deepdive.scratch.spatial._windows import check_image, check_not_empty_image

OptionalSize = int | tuple[int | None, int | None] | None


class _AdaptivePool2d(Module):
    """Height and width are pooled one after the other."""

    @checked
    def __init__(self, output_size: OptionalSize) -> None:
        super().__init__()
        sizes = output_size if isinstance(output_size, tuple | list) else (output_size, output_size)
        if len(sizes) != 2 or not all([size is None or (is_integer(size) and size >= 1) for size in sizes]):
            raise ValueError(
                f"output_size must be one or two integers of at least 1, or None, got {described(output_size)}"
            )
        self.output_size = output_size

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "*batch c h w"]) -> Float[Tensor, "*batch c h_out w_out"]:
        check_image("input", input)
        check_not_empty_image("input", input)
        sizes = self.output_size if isinstance(self.output_size, tuple | list) else (self.output_size,) * 2
        h, w = input.shape[-2:]
        rows = self._pool(input, input.ndim - 1, sizes[1] or w)
        return self._pool(rows, input.ndim - 2, sizes[0] or h)

    def _pool(self, x: Tensor, dim: int, n: int) -> Tensor:
        """``n`` numbers along ``dim``."""
        raise NotImplementedError(f"{type(self).__name__} must define _pool")

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class AdaptiveAvgPool2d(_AdaptivePool2d):
    """``y[i, j]``: the mean of rows ``⌊i h / h_out⌋`` to ``⌈(i + 1) h / h_out⌉``, and columns likewise.

    ``output_size`` is ``(h_out, w_out)`` or one number for both; ``None`` keeps the size of the input. With
    ``output_size=1`` it is global pooling: one number per channel (Lin et al., 2013).

    Raises:
        ValueError: ``output_size`` is not one or two whole numbers of at least 1, or ``None``.
    """

    def _pool(self, x: Tensor, dim: int, n: int) -> Tensor:
        if x.shape[dim] % n == 0:
            return x.unflatten(dim, (n, -1)).mean(dim + 1)
        position, inside = _windows(x, dim, n)
        inside = inside.view(*inside.shape, *[1] * (x.ndim - dim - 1))
        return torch.where(inside, _taken(x, dim, position), 0.0).sum(dim + 1) / inside.sum(1)


class AdaptiveMaxPool2d(_AdaptivePool2d):
    """``y[i, j]``: the largest of rows ``⌊i h / h_out⌋`` to ``⌈(i + 1) h / h_out⌉``, and columns likewise.

    It alone gets the gradient; of equal ones the first, row by row. ``output_size`` is ``(h_out, w_out)`` or one number
    for both; ``None`` keeps the size of the input.

    Raises:
        ValueError: ``output_size`` is not one or two whole numbers of at least 1, or ``None``.
    """

    def _pool(self, x: Tensor, dim: int, n: int) -> Tensor:
        if x.shape[dim] % n == 0:
            return x.unflatten(dim, (n, -1)).max(dim + 1).values
        position, _ = _windows(x, dim, n)
        return _taken(x, dim, position).max(dim + 1).values


def _windows(x: Tensor, dim: int, n: int) -> tuple[Int64[Tensor, "n size"], Bool[Tensor, "n size"]]:
    """Positions of the ``n`` windows along ``dim``; beyond a window's end its last one repeats, and is not inside."""
    length = x.shape[dim]
    i = torch.arange(n, device=x.device)[:, None]
    start, end = i * length // n, -(-(i + 1) * length // n)
    largest = 1 + -(-(length - 1) // n)
    position = start + torch.arange(largest, device=x.device)
    return position.minimum(end - 1), position < end


def _taken(x: Tensor, dim: int, position: Int64[Tensor, "n size"]) -> Tensor:
    """``x`` with the windows and their positions in the place of ``dim``."""
    return x.index_select(dim, position.flatten()).unflatten(dim, tuple(position.shape))
