"""Pooling: one number for each window, over one, two and three dimensions (D2L section 7.5).

A window over several dimensions is pooled along one after the other.
"""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from collections.abc import Sequence
from functools import reduce
from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module

from deepdive.checks import check_number
from deepdive.scratch._arguments import check_flags, checked, sizes_of
from deepdive.scratch._precision import autocast
from deepdive.scratch.spatial._frames import Frame, pad
from deepdive.scratch.spatial._windows import Size, check_layout, check_not_empty, num_windows, shifts


class Pooling(Module):
    """What all pooling over ``_n`` dimensions shares: the size of the windows and where they lie."""

    _n: ClassVar[int]
    dilation: Size = 1
    padding: Size = 0

    def __init__(self, kernel_size: Size, stride: Size | None, padding: Size, ceil_mode: bool) -> None:
        super().__init__()
        check_flags(ceil_mode=ceil_mode)
        kernel, paddings = sizes_of("kernel_size", kernel_size, self._n), sizes_of("padding", padding, self._n, 0)
        if stride is not None:
            sizes_of("stride", stride, self._n)
        if any([2 * p > k for p, k in zip(paddings, kernel, strict=True)]):
            raise ValueError(f"padding must be at most half of kernel_size={kernel_size}, got {padding}")
        self.kernel_size: Size = kernel_size
        self.stride: Size | None = kernel_size if stride is None else stride
        self.ceil_mode = ceil_mode

    def each(self, name: str) -> tuple[int, ...]:
        """A size for each dimension."""
        size = self.kernel_size if name == "stride" and self.stride is None else getattr(self, name)
        return sizes_of(name, size, self._n, 0 if name == "padding" else 1)

    def frame(self, x: Tensor) -> Frame:
        """The padding of each side, with what the last window needs when it may hang over the edge.

        Raises:
            ValueError: the input has another shape, or not even one window fits into it.
        """
        check_layout("input", x, self._n)
        check_not_empty("input", x, self._n)
        kernel, stride, padding, dilation = map(self.each, ("kernel_size", "stride", "padding", "dilation"))
        sides = []
        for length, k, s, p, d in zip(x.shape[-self._n :], kernel, stride, padding, dilation, strict=True):
            reach = d * (k - 1) + 1
            windows = num_windows(length + 2 * p + (s - 1 if self.ceil_mode else 0), k, s, d)
            if self.ceil_mode and (windows - 1) * s >= length + p:  # the last window would start outside
                windows -= 1
            if windows < 1:
                raise ValueError(
                    f"input, with its padding, must be at least {reach}, the reach of a window, got {length} + 2 * {p} "
                    f"in shape {tuple(x.shape)}"
                )
            sides += [p, max(p, (windows - 1) * s + reach - length - p)]
        return tuple(sides)

    def total(self, x: Tensor) -> Tensor:
        """The sum of every window of ``x``, which is padded."""
        for i in reversed(range(-self._n, 0)):
            dim = x.ndim + i
            x = reduce(torch.add, shifts(x, dim, self.each("kernel_size")[i], self.each("stride")[i]))
        return x

    def counts(self, x: Tensor, outputs: Sequence[int], *, padded: bool) -> Tensor:
        """How many numbers a window holds, with the padding or without; what hangs over never counts."""
        geometry = zip(*map(self.each, ("kernel_size", "stride", "padding")), x.shape[-self._n :], outputs, strict=True)
        count = x.new_ones(())
        for k, s, p, length, windows in geometry:
            start = torch.arange(windows, device=x.device) * s - p
            end = (start + k).clamp(max=length + p)
            if not padded:
                start, end = start.clamp(min=0), end.clamp(max=length)
            count = count.unsqueeze(-1) * (end - start).to(x.dtype)
        return count


class _AvgPool(Pooling):
    """``y``: the mean of each window; see ``AvgPool2d``."""

    divisor_override: int | None = None

    def __init__(
        self, kernel_size: Size, stride: Size | None, padding: Size, ceil_mode: bool, count_include_pad: bool
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode)
        check_flags(count_include_pad=count_include_pad)
        self.padding = padding
        self.count_include_pad = count_include_pad

    @autocast()
    def run(self, input: Tensor) -> Tensor:
        """The means of a batch, or of one example alone."""
        total = self.total(pad(input, self.frame(input)))
        return total / self._divisor(input, total)

    def _divisor(self, input: Tensor, total: Tensor) -> Tensor | int:
        if self.divisor_override is not None:
            return self.divisor_override
        if not self.ceil_mode and (self.count_include_pad or not any(self.each("padding"))):
            return math.prod(self.each("kernel_size"))
        return self.counts(input, total.shape[-self._n :], padded=self.count_include_pad)

    def extra_repr(self) -> str:
        """The sizes."""
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPool):
    """``y[i]``: the mean of window ``i`` of an input ``(batch, channels, length)``; all else as in ``AvgPool2d``.

    Raises:
        ValueError: padding over half the kernel, or an input smaller than a window.
    """

    _n = 1

    @checked
    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)
        self.kernel_size, self.stride, self.padding = map(self.each, ("kernel_size", "stride", "padding"))

    @checked
    def forward(self, input: Float[Tensor, "*batch c length"]) -> Float[Tensor, "*batch c length_out"]:
        return self.run(input)


class _DividedAvgPool(_AvgPool):
    @checked
    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__(kernel_size, stride, padding, ceil_mode, count_include_pad)
        if divisor_override == 0:
            raise ValueError(f"divisor_override must not be 0, got {divisor_override}")
        self.divisor_override = divisor_override


class AvgPool2d(_DividedAvgPool):
    """``y[i, j]``: the mean of window ``i, j``; ``divisor_override`` divides the sum by another number.

    ``count_include_pad=False`` leaves the padding out of the mean; with ``ceil_mode`` a last window may hang over the
    edge, and what hangs over never counts. Sizes as in ``MaxPool2d``.

    Raises:
        ValueError: padding over half the kernel, a divisor of 0, or an input smaller than a window.
    """

    _n = 2

    @checked
    def forward(self, input: Float[Tensor, "*batch c h w"]) -> Float[Tensor, "*batch c h_out w_out"]:
        return self.run(input)


class AvgPool3d(_DividedAvgPool):
    """``y[i, j, k]``: the mean of a window of an input ``(batch, channels, depth, height, width)``.

    All else is as in ``AvgPool2d``.

    Raises:
        ValueError: padding over half the kernel, a divisor of 0, or an input smaller than a window.
    """

    _n = 3

    @checked
    @autocast(cpu="single")
    def forward(self, input: Float[Tensor, "*batch c d h w"]) -> Float[Tensor, "*batch c d_out h_out w_out"]:
        return self.run(input)


class _LPPool(Pooling):
    """The norm of each window; see ``LPPool2d``."""

    @checked
    def __init__(
        self, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
    ) -> None:
        super().__init__(kernel_size, stride, 0, ceil_mode)
        check_number("norm_type", norm_type)
        if norm_type == 0 or math.isinf(norm_type):
            raise ValueError(f"norm_type must be finite and not 0, got {norm_type}")
        self.norm_type = norm_type
        self.stride = stride

    @autocast()
    def run(self, input: Tensor) -> Tensor:
        """The norms of a batch, or of one example alone."""
        total = self.total(pad(input ** float(self.norm_type), self.frame(input)))
        if self.ceil_mode:  # a window that hangs over counts as if it went on like that
            total = total * (
                math.prod(self.each("kernel_size")) / self.counts(input, total.shape[-self._n :], padded=False)
            )
        return total ** (1 / self.norm_type)

    def extra_repr(self) -> str:
        """The norm and the sizes."""
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPool):
    """``y[i] = (Σ input[stride i + m]^p)^(1/p)`` with ``p = norm_type``; all else is as in ``LPPool2d``.

    Raises:
        ValueError: ``norm_type`` is 0 or not finite, or the input is smaller than a window.
    """

    _n = 1

    @checked
    def forward(self, input: Float[Tensor, "*batch c length"]) -> Float[Tensor, "*batch c length_out"]:
        return self.run(input)


class LPPool2d(_LPPool):
    """``y[i, j] = (Σ x^p)^(1/p)`` over the numbers ``x`` of window ``i, j``, with ``p = norm_type``.

    ``p = 1`` is the sum, ``p → ∞`` the maximum. Signs are kept: for odd ``p`` negative sums have no root. With
    ``ceil_mode`` a last window may hang over the edge; its sum is scaled to a whole window (Gulcehre et al., 2014).

    Raises:
        ValueError: ``norm_type`` is 0 or not finite, or the input is smaller than a window.
    """

    _n = 2

    @checked
    def forward(self, input: Float[Tensor, "*batch c h w"]) -> Float[Tensor, "*batch c h_out w_out"]:
        return self.run(input)


class LPPool3d(_LPPool):
    """``y[i, j, k] = (Σ x^p)^(1/p)`` over the numbers ``x`` of a window; all else is as in ``LPPool2d``.

    Raises:
        ValueError: ``norm_type`` is 0 or not finite, or the input is smaller than a window.
    """

    _n = 3

    @checked
    @autocast(cpu="single")
    def forward(self, input: Float[Tensor, "*batch c d h w"]) -> Float[Tensor, "*batch c d_out h_out w_out"]:
        return self.run(input)
