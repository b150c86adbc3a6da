"""Transposed convolution over one, two and three dimensions: a convolution's gradient as a layer (D2L section 14.10).

Every input element stamps its kernel, scaled, onto the output: one matrix product makes all stamps, and where they
overlap they are added (Dumoulin and Visin, 2016).
"""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from collections.abc import Sequence
from typing import ClassVar, Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module, Parameter

from deepdive.scratch._arguments import checked, described, is_integer, sizes_of
from deepdive.scratch._precision import check_same_dtype
from deepdive.scratch.linear import reset_uniform
from deepdive.scratch.spatial._windows import AXES, Size, check_layout, check_not_empty, overlapped, times
from deepdive.scratch.spatial.convolution import check_channels, described_convolution


class TransposedConvolution(Module):
    """What the transposed convolutions over ``_n`` dimensions share: all but the shape of their input."""

    _n: ClassVar[int]
    weight: Tensor
    bias: Tensor | None

    @checked
    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
        padding_mode: Literal["zeros"] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        check_channels(in_channels, out_channels, groups)
        if not isinstance(padding_mode, str) or padding_mode != "zeros":
            raise ValueError(f"padding_mode of a transposed convolution must be 'zeros', got {described(padding_mode)}")
        self.in_channels, self.out_channels = int(in_channels), int(out_channels)
        self.kernel_size = sizes_of("kernel_size", kernel_size, self._n)
        self.stride = sizes_of("stride", stride, self._n)
        self.padding = sizes_of("padding", padding, self._n, 0)
        self.output_padding = sizes_of("output_padding", output_padding, self._n, 0)
        self.groups = int(groups)
        self.dilation = sizes_of("dilation", dilation, self._n)
        self.padding_mode: Literal["zeros"] = padding_mode
        self.weight = Parameter(
            torch.empty(in_channels, out_channels // groups, *self.kernel_size, device=device, dtype=dtype)
        )
        self.bias = Parameter(torch.empty(out_channels, device=device, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases anew."""
        reset_uniform(self.weight, self.bias)

    def run(self, input: Float[Tensor, "..."], output_size: Sequence[int] | None) -> Float[Tensor, "..."]:
        """The transposed convolution of a batch, or of one example alone."""
        check_layout("input", input, self._n, self.in_channels)
        check_not_empty("input", input, self._n, channels=False)
        check_same_dtype("input", input, "weight", self.weight, product=True)
        alone = input.ndim == self._n + 1
        x = input.unsqueeze(0) if alone else input
        y = self._stamped(x, self._sizes(x, output_size))
        return y.squeeze(0) if alone else y

    def _stamped(self, x: Float[Tensor, "b c ..."], sizes: Sequence[int]) -> Float[Tensor, "b o ..."]:
        c = self.in_channels // self.groups
        inputs = x.transpose(0, 1).reshape(self.groups, c, len(x) * math.prod(x.shape[2:]))
        stamps = self.weight.view(self.groups, c, -1).transpose(1, 2) @ inputs
        stamps = stamps.view(self.out_channels, *self.kernel_size, len(x), *x.shape[2:])  # (o, kh, kw, b, h, w)
        y = overlapped(stamps, self.stride, self.dilation, self.padding, sizes)  # (o, b, h_out, w_out)
        if self.bias is not None:
            y = y + self.bias.to(y.dtype).view(-1, *[1] * (self._n + 1))
        return y.transpose(0, 1).contiguous()

    def _sizes(self, x: Tensor, asked: Sequence[int] | None) -> list[int]:
        """Of the output."""
        if asked is not None and (
            not isinstance(asked, tuple | list)
            or len(asked) not in (self._n, x.ndim)
            or not all(map(is_integer, asked))
        ):
            axes = {1: "a length", 2: "a height and a width"}.get(self._n, ", ".join(AXES[self._n]))
            raise ValueError(f"output_size must be {axes}, got {described(asked)}")
        geometry = zip(x.shape[2:], self.stride, self.dilation, self.kernel_size, self.padding, strict=True)
        least = [s * (n - 1) + d * (k - 1) + 1 - 2 * p for n, s, d, k, p in geometry]
        limits = [max(s, d) for s, d in zip(self.stride, self.dilation, strict=True)]
        if asked is None:
            extra = list(self.output_padding)
        else:
            extra = [want - have for want, have in zip(asked[-self._n :], least, strict=True)]
            limits = list(self.stride)
        if any([not 0 <= e < limit for e, limit in zip(extra, limits, strict=True)]):
            words = f"output_padding={self.output_padding}" if asked is None else f"output_size={tuple(asked)}"
            ranges = " and ".join(f"{low} to {low + limit - 1}" for low, limit in zip(least, limits, strict=True))
            axes = " and ".join(AXES[self._n])
            raise ValueError(f"output_size must be a {axes} of {ranges}, by stride and dilation, got {words}")
        sizes = [low + e for low, e in zip(least, extra, strict=True)]
        if min(sizes) < 1:
            raise ValueError(
                f"padding must leave an output of at least {times([1] * self._n)}, got {self.padding}, which leaves "
                f"{times(sizes)} of an input of {times(x.shape[2:])}"
            )
        return sizes

    def extra_repr(self) -> str:
        """The sizes, and what differs from the defaults."""
        return described_convolution(self)


class ConvTranspose1d(TransposedConvolution):
    """``y[o, a] = bias[o] + Σ weight[c, o, m] input[c, i]`` with ``a = stride i + dilation m - padding``.

    Input ``(batch, in_channels, length)`` or without batch, weight ``(in_channels, out_channels / groups, kernel)``;
    all else is as in ``ConvTranspose2d``.

    Raises:
        TypeError: the input is no floating-point tensor, or of another dtype than the weight.
        ValueError: sizes that do not fit together, here or in the input.
    """

    _n = 1

    @checked
    def forward(
        self, input: Float[Tensor, "*batch c length"], output_size: list[int] | None = None
    ) -> Float[Tensor, "*batch o length_out"]:
        return self.run(input, output_size)


class ConvTranspose2d(TransposedConvolution):
    """``y[o, a, b] = bias[o] + Σ weight[c, o, m, n] input[c, i, j]`` with ``a = stride i + dilation m - padding``.

    ``b`` follows from ``j`` and ``n`` in the same way. Input ``(batch, in_channels, height, width)`` or without batch,
    weight ``(in_channels, out_channels / groups, kernel height, kernel width)``; ``height_out = stride (height - 1) +
    dilation (kernel - 1) + 1 - 2 padding + output_padding``. If the matrix ``W`` is the convolution of the same weight
    and geometry, ``y = W·x``, then this is ``x = Wᵀ·y``: the shapes come back, the values do not. Of the ``stride``
    input sizes that a convolution maps onto one output size, ``output_padding`` says which is meant, and so does an
    ``output_size`` of the call.

    Raises:
        TypeError: the input is no floating-point tensor, or of another dtype than the weight.
        ValueError: sizes that do not fit together, here or in the input.
    """

    _n = 2

    @checked
    def forward(
        self, input: Float[Tensor, "*batch c h w"], output_size: list[int] | None = None
    ) -> Float[Tensor, "*batch o h_out w_out"]:
        return self.run(input, output_size)


class ConvTranspose3d(TransposedConvolution):
    """``y[o, ...] = bias[o] + Σ weight[c, o, l, m, n] input[c, ...]``, in each dimension as in ``ConvTranspose1d``.

    Input ``(batch, in_channels, depth, height, width)`` or without batch, weight ``(in_channels, out_channels / groups,
    kernel depth, kernel height, kernel width)``; all else is as in ``ConvTranspose2d``.

    Raises:
        TypeError: the input is no floating-point tensor, or of another dtype than the weight.
        ValueError: sizes that do not fit together, here or in the input.
    """

    _n = 3

    @checked
    def forward(
        self, input: Float[Tensor, "*batch c d h w"], output_size: list[int] | None = None
    ) -> Float[Tensor, "*batch o d_out h_out w_out"]:
        return self.run(input, output_size)
