"""Pooling: one number for each window (D2L section 7.5)."""

# ruff: noqa: D102 (what forward computes is said by its class)

from collections.abc import Sequence
from functools import reduce
from typing import Any

import torch
from jaxtyping import Float, Real
from torch import Tensor
from torch.autograd import Function
from torch.nn import Module

from deepdive.scratch._arguments import check_flags, checked, pair_of
from deepdive.scratch._precision import autocast
from deepdive.scratch.spatial._windows import Padding, check_image, check_not_empty_image, num_windows, pad, shifts

Size = int | tuple[int, int]


class AvgPool2d(Module):
    """``y[i, j]``: the mean of window ``i, j``; ``divisor_override`` divides the sum by another number.

    ``count_include_pad=False`` leaves the padding out of the mean; with ``ceil_mode`` a last window may hang over the
    edge, and what hangs over never counts. Sizes as in ``MaxPool2d``.

    Raises:
        ValueError: padding over half the kernel, a divisor of 0, or an input smaller than a window.
    """

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
        super().__init__()
        check_flags(ceil_mode=ceil_mode, count_include_pad=count_include_pad)
        if divisor_override == 0:
            raise ValueError(f"divisor_override must not be 0, got {divisor_override}")
        _check(kernel_size, stride, padding)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "*batch c h w"]) -> Float[Tensor, "*batch c h_out w_out"]:
        if input.ndim == 3:
            return self(input.unsqueeze(0)).squeeze(0)
        (kh, kw), (sh, sw) = pair_of("kernel_size", self.kernel_size), pair_of("stride", self.stride)
        frame = _frame(input, (kh, kw), (sh, sw), pair_of("padding", self.padding, 0), (1, 1), self.ceil_mode)
        x = pad(input, frame)
        rows = _total(shifts(x, 3, kw, sw))  # (b, c, h, w_out)
        total = _total(shifts(rows, 2, kh, sh))  # (b, c, h_out, w_out)
        return total / self._divisor(total, input)

    def _divisor(self, total: Tensor, input: Tensor) -> Tensor | int:
        if self.divisor_override is not None:
            return self.divisor_override
        kernel, padding = pair_of("kernel_size", self.kernel_size), pair_of("padding", self.padding, 0)
        if not self.ceil_mode and (self.count_include_pad or padding == (0, 0)):
            return kernel[0] * kernel[1]
        counts = []
        for k, s, p, length, windows in zip(
            kernel, pair_of("stride", self.stride), padding, input.shape[2:], total.shape[2:], strict=True
        ):
            start = torch.arange(windows, device=input.device) * s - p
            end = (start + k).clamp(max=length + p)
            if not self.count_include_pad:
                start, end = start.clamp(min=0), end.clamp(max=length)
            counts.append((end - start).to(input.dtype))
        return counts[0].unsqueeze(1) * counts[1]  # (h_out, w_out)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxPool2d(Module):
    """``y[i, j]``: the largest of window ``i, j``, which alone gets its gradient; of equal ones the first.

    Input ``(batch, channels, height, width)`` or without batch; ``height_out = ⌊(height + 2 padding - dilation
    (kernel - 1) - 1) / stride⌋ + 1``, or ``⌈·⌉`` with ``ceil_mode`` as long as the last window starts inside.

    Raises:
        ValueError: padding over half the kernel, or an input smaller than a window.
    """

    @checked
    def __init__(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        *,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        check_flags(ceil_mode=ceil_mode)
        pair_of("dilation", dilation)
        _check(kernel_size, stride, padding)
        self.kernel_size = kernel_size
        self.stride = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.ceil_mode = ceil_mode

    @checked
    @autocast()
    def forward(self, input: Real[Tensor, "*batch c h w"]) -> Real[Tensor, "*batch c h_out w_out"]:
        if input.ndim == 3:
            return self(input.unsqueeze(0)).squeeze(0)
        kernel, stride, dilation = (
            pair_of(name, getattr(self, name)) for name in ("kernel_size", "stride", "dilation")
        )
        frame = _frame(input, kernel, stride, pair_of("padding", self.padding, 0), dilation, self.ceil_mode)
        x = pad(input, frame, float("-inf") if input.is_floating_point() else torch.iinfo(input.dtype).min)
        rows = _largest(shifts(x, 3, kernel[1], stride[1], dilation[1]))  # (b, c, h, w_out)
        return _largest(shifts(rows, 2, kernel[0], stride[0], dilation[0]))  # (b, c, h_out, w_out)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


def _total(parts: Sequence[Tensor]) -> Tensor:
    return reduce(torch.add, parts)


def _largest(candidates: Sequence[Tensor]) -> Tensor:
    return reduce(_FirstMaximum.apply, candidates)


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


def _check(kernel_size: Size, stride: Size | None, padding: Size) -> None:
    kernel, paddings = pair_of("kernel_size", kernel_size), pair_of("padding", padding, 0)
    if stride is not None:
        pair_of("stride", stride)
    if any(2 * p > k for p, k in zip(paddings, kernel, strict=True)):
        raise ValueError(f"padding must be at most half of kernel_size={kernel_size}, got {padding}")


def _frame(
    x: Tensor,
    kernel: tuple[int, int],
    stride: tuple[int, int],
    padding: tuple[int, int],
    dilation: tuple[int, int],
    ceil_mode: bool,
) -> Padding:
    """The padding of each side, with what the last window needs when it may hang over the edge."""
    check_image("input", x)
    check_not_empty_image("input", x)
    sides = []
    for length, k, s, p, d in zip(x.shape[2:], kernel, stride, padding, dilation, strict=True):
        reach = d * (k - 1) + 1
        windows = num_windows(length + 2 * p + (s - 1 if ceil_mode else 0), k, s, d)
        if ceil_mode and (windows - 1) * s >= length + p:  # the last window would start outside
            windows -= 1
        if windows < 1:
            raise ValueError(
                f"input, with its padding, must be at least {reach}, the reach of a window, got {length} + 2 * {p} "
                f"in shape {tuple(x.shape)}"
            )
        sides += [p, max(p, (windows - 1) * s + reach - length - p)]
    return sides[0], sides[1], sides[2], sides[3]
