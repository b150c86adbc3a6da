"""The largest number of each window, and the way back (D2L section 7.5)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from collections.abc import Sequence
from functools import reduce
from typing import Any

import torch
from jaxtyping import Float, Int64, Real
from torch import Tensor
from torch.autograd import Function

from deepdive.checks import check_same_shape
from deepdive.scratch._arguments import checked, described, is_integer, sizes_of
from deepdive.scratch._precision import autocast
from deepdive.scratch.spatial._frames import pad, pad_from_input
from deepdive.scratch.spatial._windows import Size, check_layout, check_not_empty, shifts
from deepdive.scratch.spatial.pooling import Pooling

Indexed = tuple[Real[Tensor, "..."], Int64[Tensor, "..."]]


class _MaxPool(Pooling):
    """``y``: the largest of each window; see ``MaxPool2d``."""

    @checked
    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode)
        sizes_of("dilation", dilation, self._n)
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices

    @autocast()
    def run(self, input: Tensor) -> Any:
        """The largest of a batch, or of one example alone; with their places if these are asked for."""
        frame = self.frame(input)
        if self.return_indices:
            return picked(input, self._places(input, frame), self._n)
        x = pad(input, frame, least(input))
        for i, shifted in self._dimensions(x):
            x = reduce(_FirstMaximum.apply, shifted(x, x.ndim + i))
        return x

    def _dimensions(self, x: Tensor) -> Any:
        """From the last dimension to the first, a function that gives the elements of all windows along it."""
        kernel, stride, dilation = map(self.each, ("kernel_size", "stride", "dilation"))
        for i in reversed(range(-self._n, 0)):
            yield i, lambda x, dim, i=i: shifts(x, dim, kernel[i], stride[i], dilation[i])

    @torch.no_grad()
    def _places(self, input: Tensor, frame: tuple[int, ...]) -> Tensor:
        """Where the largest of each window lies: in the padding nothing is, so its place is the nearest one inside."""
        sizes = input.shape[-self._n :]
        place = torch.arange(math.prod(sizes), device=input.device).view(sizes)
        x = pad(input, frame, least(input))
        place = pad_from_input(place, frame, "replicate").expand_as(x)
        for i, shifted in self._dimensions(x):
            dim = x.ndim + i
            x, place = reduce(_larger, zip(shifted(x, dim), shifted(place, dim), strict=True))
        return place

    def extra_repr(self) -> str:
        """The sizes."""
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


def least(x: Tensor) -> float:
    """The number that no other one is below."""
    return float("-inf") if x.is_floating_point() else torch.iinfo(x.dtype).min


def picked(x: Tensor, place: Tensor, n: int) -> tuple[Tensor, Tensor]:
    """The values at these places of the last ``n`` dimensions together, and the places."""
    return x.flatten(-n).gather(-1, place.flatten(-n)).view(place.shape), place


def _larger(a: tuple[Tensor, Tensor], b: tuple[Tensor, Tensor]) -> tuple[Tensor, Tensor]:
    """Of two numbers the larger, of equal ones the first, of NaN the last; and its place."""
    second = (b[0] > a[0]) | (b[0] != b[0])
    return torch.where(second, b[0], a[0]), torch.where(second, b[1], a[1])


class _FirstMaximum(Function):
    """``max(a, b)`` whose gradient goes to one side alone, and to ``a`` in a tie."""

    generate_vmap_rule = True

    @staticmethod
    def forward(a: Tensor, b: Tensor) -> Tensor:
        return torch.maximum(a, b)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, Tensor]:
        (g,) = gradients
        limit = torch.finfo(g.dtype).max  # the difference of two infinities would be nan
        a, b = (x.clamp(-limit, limit) for x in ctx.saved_tensors)
        # 1 where b > a, else 0: arithmetic, because a compiled comparison is stored in booleans, which halves the speed
        to_b = g * (b - a).sign().clamp(min=0)
        return g - to_b, to_b


class MaxPool1d(_MaxPool):
    """``y[i]``: the largest of window ``i`` of an input ``(batch, channels, length)``; all else as in ``MaxPool2d``.

    Raises:
        ValueError: padding over half the kernel, or an input smaller than a window.
    """

    _n = 1

    @checked
    def forward(self, input: Real[Tensor, "*batch c length"]) -> Real[Tensor, "*batch c length_out"] | Indexed:
        return self.run(input)


class MaxPool2d(_MaxPool):
    """``y[i, j]``: the largest of window ``i, j``, which alone gets its gradient; of equal ones the first.

    Input ``(batch, channels, height, width)`` or without batch; ``height_out = ⌊(height + 2 padding - dilation
    (kernel - 1) - 1) / stride⌋ + 1``, or ``⌈·⌉`` with ``ceil_mode`` as long as the last window starts inside.
    ``return_indices`` also gives the place of the largest, ``row · width + column``, for ``MaxUnpool2d``.

    Raises:
        ValueError: padding over half the kernel, or an input smaller than a window.
    """

    _n = 2

    @checked
    def forward(self, input: Real[Tensor, "*batch c h w"]) -> Real[Tensor, "*batch c h_out w_out"] | Indexed:
        return self.run(input)


class MaxPool3d(_MaxPool):
    """``y[i, j, k]``: the largest of a window of an input ``(batch, channels, depth, height, width)``.

    All else is as in ``MaxPool2d``.

    Raises:
        ValueError: padding over half the kernel, or an input smaller than a window.
    """

    _n = 3

    @checked
    def forward(self, input: Real[Tensor, "*batch c d h w"]) -> Real[Tensor, "*batch c d_out h_out w_out"] | Indexed:
        return self.run(input) if self.return_indices else self._in_single(input)

    @autocast(cpu="single")
    def _in_single(self, input: Tensor) -> Any:
        """Without places, of which alone the library has a kernel for half precision inside of autocast."""
        return self.run(input)


class _MaxUnpool(Pooling):
    """Numbers back at the places that they were taken from; see ``MaxUnpool2d``."""

    @checked
    def __init__(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> None:
        super().__init__(kernel_size, stride, padding, False)
        self.padding = padding
        self.kernel_size, self.stride, self.padding = map(self.each, ("kernel_size", "stride", "padding"))

    @autocast(cpu="single")
    def run(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None) -> Tensor:
        """A batch, or one example alone."""
        check_layout("input", input, self._n)
        check_not_empty("input", input, self._n)
        check_same_shape("indices", indices, "input", input)
        sizes = self._sizes(input, output_size)
        lead = input.shape[: -self._n]
        y = input.new_zeros((*lead, math.prod(sizes)))
        _check_places(indices, y.shape[-1])
        return y.scatter(-1, indices.flatten(-self._n), input.flatten(-self._n)).view(*lead, *sizes)

    def _sizes(self, x: Tensor, asked: Sequence[int] | None) -> list[int]:
        kernel, stride, padding = map(self.each, ("kernel_size", "stride", "padding"))
        geometry = zip(x.shape[-self._n :], kernel, stride, padding, strict=True)
        sizes = [s * (n - 1) + k - 2 * p for n, k, s, p in geometry]
        if asked is None:
            return sizes
        if not isinstance(asked, tuple | list) or len(asked) < self._n or not all(map(is_integer, asked)):
            raise ValueError(f"output_size must be {self._n} integers, got {described(asked)}")
        wanted = [int(size) for size in asked[-self._n :]]
        if any([not -s < want - have < s for want, have, s in zip(wanted, sizes, stride, strict=True)]):
            around = " and ".join(f"{n - s + 1} to {n + s - 1}" for n, s in zip(sizes, stride, strict=True))
            raise ValueError(f"output_size must be {around}, got {tuple(asked)}")
        return wanted

    def extra_repr(self) -> str:
        """The sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


def _check_places(indices: Tensor, length: int) -> None:
    # Reading a value off a GPU would stall it, and compiled code checks its indices by itself.
    if indices.device.type != "cpu" or torch.compiler.is_compiling() or not indices.numel():
        return
    low, high = indices.aminmax()
    if low < 0 or high >= length:
        raise ValueError(f"indices must be in [0, {length}), got {int(low if low < 0 else high)}")


class MaxUnpool1d(_MaxUnpool):
    """``y[indices] = input``, 0 elsewhere, for ``(batch, channels, length)``; all else as in ``MaxUnpool2d``.

    Raises:
        ValueError: the indices do not fit the input, or ``output_size`` is none that was pooled to the input's size.
    """

    _n = 1

    @checked
    def forward(
        self,
        input: Float[Tensor, "*batch c length"],
        indices: Int64[Tensor, "*batch c length"],
        output_size: list[int] | None = None,
    ) -> Float[Tensor, "*batch c length_out"]:
        return self.run(input, indices, output_size)


class MaxUnpool2d(_MaxUnpool):
    """``y.flatten()[indices] = input`` in each channel, 0 elsewhere: what ``MaxPool2d`` kept, where it was.

    Input and ``indices`` are what ``MaxPool2d(..., return_indices=True)`` gave, of shape ``(batch, channels, height,
    width)`` or without batch; ``height_out = stride (height - 1) + kernel - 2 padding``, unless ``output_size`` names
    another that was pooled to this one (Zeiler and Fergus, 2014).

    Raises:
        ValueError: the indices do not fit the input, or ``output_size`` is none that was pooled to the input's size.
    """

    _n = 2

    @checked
    def forward(
        self,
        input: Float[Tensor, "*batch c h w"],
        indices: Int64[Tensor, "*batch c h w"],
        output_size: list[int] | None = None,
    ) -> Float[Tensor, "*batch c h_out w_out"]:
        return self.run(input, indices, output_size)


class MaxUnpool3d(_MaxUnpool):
    """``y.flatten()[indices] = input`` in each channel, 0 elsewhere, for ``(batch, channels, depth, height, width)``.

    All else is as in ``MaxUnpool2d``.

    Raises:
        ValueError: the indices do not fit the input, or ``output_size`` is none that was pooled to the input's size.
    """

    _n = 3

    @checked
    def forward(
        self,
        input: Float[Tensor, "*batch c d h w"],
        indices: Int64[Tensor, "*batch c d h w"],
        output_size: list[int] | None = None,
    ) -> Float[Tensor, "*batch c d_out h_out w_out"]:
        return self.run(input, indices, output_size)
