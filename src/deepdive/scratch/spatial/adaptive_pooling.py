"""Pooling to an output of a given size, whatever the size of the input (D2L section 8.3)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from typing import Any, ClassVar

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor
from torch.nn import Module

from deepdive.scratch._arguments import checked, described, is_integer
from deepdive.scratch._precision import autocast
from deepdive.scratch.spatial._windows import check_layout, check_not_empty
from deepdive.scratch.spatial.max_pooling import Indexed, picked

OptionalSize = int | tuple[int | None, ...] | None


class _AdaptivePool(Module):
    """What adaptive pooling over ``_n`` dimensions shares: one dimension is pooled after the other."""

    _n: ClassVar[int]

    def __init__(self, output_size: OptionalSize) -> None:
        super().__init__()
        sizes = self._each(output_size)
        if len(sizes) != self._n or not all([s is None or (is_integer(s) and s >= 1) for s in sizes]):
            words = {1: "an integer", 2: "one or two integers", 3: "one or three integers"}[self._n]
            raise ValueError(f"output_size must be {words} of at least 1, or None, got {described(output_size)}")
        self.output_size = output_size

    def _each(self, size: OptionalSize) -> tuple[int | None, ...]:
        return tuple(size) if isinstance(size, tuple | list) else (size,) * self._n

    def _sizes(self, x: Tensor) -> list[tuple[int, int]]:
        """From the last dimension to the first, its place and the size of its output."""
        check_layout("input", x, self._n)
        check_not_empty("input", x, self._n)
        each = enumerate(self._each(self.output_size), x.ndim - self._n)
        return [(dim, size or x.shape[dim]) for dim, size in each][::-1]

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"


class _AdaptiveAvgPool(_AdaptivePool):
    @checked
    def __init__(self, output_size: OptionalSize) -> None:
        super().__init__(output_size)

    @autocast()
    def run(self, input: Tensor) -> Tensor:
        """The means of a batch, or of one example alone."""
        x = input
        for dim, n in self._sizes(input):
            x = _means(x, dim, n)
        return x


class _AdaptiveMaxPool(_AdaptivePool):
    @checked
    def __init__(self, output_size: OptionalSize, return_indices: bool = False) -> None:
        super().__init__(output_size)
        self.return_indices = return_indices

    @autocast()
    def run(self, input: Tensor) -> Any:
        """The largest of a batch, or of one example alone; with their places if these are asked for."""
        if self.return_indices:
            return picked(input, self._places(input), self._n)
        x = input
        for dim, n in self._sizes(input):
            x = _windows_of(x, dim, n).max(dim + 1).values
        return x

    @torch.no_grad()
    def _places(self, x: Tensor) -> Tensor:
        sizes = x.shape[-self._n :]
        place = torch.arange(math.prod(sizes), device=x.device).view(sizes).expand_as(x)
        for dim, n in self._sizes(x):
            largest = _windows_of(x, dim, n).max(dim + 1, keepdim=True)
            place = _windows_of(place, dim, n).gather(dim + 1, largest.indices).squeeze(dim + 1)
            x = largest.values.squeeze(dim + 1)
        return place


def _means(x: Tensor, dim: int, n: int) -> Tensor:
    """``n`` numbers along ``dim``."""
    if x.shape[dim] % n == 0:
        return x.unflatten(dim, (n, -1)).mean(dim + 1)
    position, inside = _windows(x, dim, n)
    inside = inside.view(*inside.shape, *[1] * (x.ndim - dim - 1))
    return torch.where(inside, _taken(x, dim, position), 0.0).sum(dim + 1) / inside.sum(1)


def _windows_of(x: Tensor, dim: int, n: int) -> Tensor:
    """``x`` with the ``n`` windows and their elements in the place of ``dim``; the last element may come again."""
    return x.unflatten(dim, (n, -1)) if x.shape[dim] % n == 0 else _taken(x, dim, _windows(x, dim, n)[0])


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


class AdaptiveAvgPool1d(_AdaptiveAvgPool):
    """``y[i]``: the mean of positions ``⌊i n / n_out⌋`` to ``⌈(i + 1) n / n_out⌉ - 1`` of ``(batch, channels, n)``.

    ``output_size`` is ``n_out``.

    Raises:
        ValueError: ``output_size`` is not a whole number of at least 1, or ``None``.
    """

    _n = 1

    @checked
    def forward(self, input: Float[Tensor, "*batch c length"]) -> Float[Tensor, "*batch c length_out"]:
        return self.run(input)


class AdaptiveAvgPool2d(_AdaptiveAvgPool):
    """``y[i, j]``: the mean of rows ``⌊i h / h_out⌋`` to ``⌈(i + 1) h / h_out⌉ - 1``, and columns likewise.

    ``output_size`` is ``(h_out, w_out)`` or one number for both; ``None`` keeps the size of the input. With
    ``output_size=1`` it is global pooling: one number per channel (Lin et al., 2013).

    Raises:
        ValueError: ``output_size`` is not one or two whole numbers of at least 1, or ``None``.
    """

    _n = 2

    @checked
    def forward(self, input: Float[Tensor, "*batch c h w"]) -> Float[Tensor, "*batch c h_out w_out"]:
        return self.run(input)


class AdaptiveAvgPool3d(_AdaptiveAvgPool):
    """``y[i, j, k]``: the mean of slices ``⌊i d / d_out⌋`` to ``⌈(i + 1) d / d_out⌉ - 1``, rows and columns likewise.

    ``output_size`` is ``(d_out, h_out, w_out)`` or one number for all; ``None`` keeps the size of the input.

    Raises:
        ValueError: ``output_size`` is not one or three whole numbers of at least 1, or ``None``.
    """

    _n = 3

    @checked
    @autocast(cpu="single")
    def forward(self, input: Float[Tensor, "*batch c d h w"]) -> Float[Tensor, "*batch c d_out h_out w_out"]:
        return self.run(input)


class AdaptiveMaxPool1d(_AdaptiveMaxPool):
    """``y[i]``: the largest of positions ``⌊i n / n_out⌋`` to ``⌈(i + 1) n / n_out⌉ - 1`` of ``(batch, channels, n)``.

    All else is as in ``AdaptiveMaxPool2d``.

    Raises:
        ValueError: ``output_size`` is not a whole number of at least 1, or ``None``.
    """

    _n = 1

    @checked
    def forward(self, input: Float[Tensor, "*batch c length"]) -> Float[Tensor, "*batch c length_out"] | Indexed:
        return self.run(input)


class AdaptiveMaxPool2d(_AdaptiveMaxPool):
    """``y[i, j]``: the largest of rows ``⌊i h / h_out⌋`` to ``⌈(i + 1) h / h_out⌉ - 1``, and columns likewise.

    It alone gets the gradient; of equal ones the first, row by row. ``output_size`` is ``(h_out, w_out)`` or one number
    for both; ``None`` keeps the size of the input. ``return_indices`` also gives the place of the largest.

    Raises:
        ValueError: ``output_size`` is not one or two whole numbers of at least 1, or ``None``.
    """

    _n = 2

    @checked
    def forward(self, input: Float[Tensor, "*batch c h w"]) -> Float[Tensor, "*batch c h_out w_out"] | Indexed:
        return self.run(input)


class AdaptiveMaxPool3d(_AdaptiveMaxPool):
    """``y[i, j, k]``: the largest of slices ``⌊i d / d_out⌋`` to ``⌈(i + 1) d / d_out⌉ - 1``, rows and columns too.

    All else is as in ``AdaptiveMaxPool2d``.

    Raises:
        ValueError: ``output_size`` is not one or three whole numbers of at least 1, or ``None``.
    """

    _n = 3

    @checked
    @autocast(cpu="single")
    def forward(self, input: Float[Tensor, "*batch c d h w"]) -> Float[Tensor, "*batch c d_out h_out w_out"] | Indexed:
        return self.run(input)
