"""Convolution over one, two and three dimensions (D2L sections 7.1 to 7.4).

The windows become the columns of one matrix and the convolution one matrix product (Chellapilla et al., 2006); with
``groups = in_channels``, a depthwise convolution, every channel is filtered alone.
"""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from functools import reduce
from typing import Any, ClassVar, Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module, Parameter

from deepdive.scratch._arguments import check_option, check_sizes, checked, sizes_of
from deepdive.scratch._precision import check_same_dtype, in_single, one_half, product_type
from deepdive.scratch.linear import reset_uniform
from deepdive.scratch.spatial._frames import Frame, around, pad, pad_from_input
from deepdive.scratch.spatial._windows import Size, check_layout, check_not_empty, check_reach, columns, elements

PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]


class Convolution(Module):
    """What the convolutions over ``_n`` dimensions share: all but the shape of their input."""

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
        padding: Size | Literal["same", "valid"] = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: PaddingMode = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        check_channels(in_channels, out_channels, groups)
        check_option("padding_mode", padding_mode, PaddingMode)
        self.in_channels, self.out_channels = int(in_channels), int(out_channels)
        self.kernel_size = sizes_of("kernel_size", kernel_size, self._n)
        self.stride = sizes_of("stride", stride, self._n)
        self.dilation = sizes_of("dilation", dilation, self._n)
        self.groups = int(groups)
        self.padding_mode: PaddingMode = padding_mode
        self.padding, self._frame = self._resolve(padding)
        self.weight = Parameter(
            torch.empty(out_channels, in_channels // groups, *self.kernel_size, device=device, dtype=dtype)
        )
        self.bias = Parameter(torch.empty(out_channels, device=device, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases anew."""
        reset_uniform(self.weight, self.bias)

    def run(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        """The convolution of a batch, or of one example alone."""
        check_layout("input", input, self._n, self.in_channels)
        check_not_empty("input", input, self._n, channels=False)
        check_same_dtype("input", input, "weight", self.weight, product=True)
        x = one_half(input)
        if x.ndim == self._n + 1:
            return self._convolve(x.unsqueeze(0)).squeeze(0)
        return self._convolve(x)

    def _convolve(self, x: Float[Tensor, "b c ..."]) -> Float[Tensor, "b o ..."]:
        x = self._padded(x)
        y = self._depthwise(x) if self.groups == self.in_channels > 1 else self._as_matrix(x)
        if self.bias is not None:
            y = y + self.bias.to(y.dtype).view(-1, *[1] * self._n)
        return y.contiguous()

    def _as_matrix(self, x: Float[Tensor, "b c ..."]) -> Float[Tensor, "b o ..."]:
        windows = columns(x, self.kernel_size, self.stride, self.dilation)  # (c, kh, kw, b, h_out, w_out)
        positions = windows.shape[1 + self._n :]  # (b, h_out, w_out)
        per_window = self.in_channels // self.groups * math.prod(self.kernel_size)
        matrix = windows.reshape(self.groups, per_window, math.prod(positions))
        weight = self.weight.view(self.groups, self.out_channels // self.groups, per_window)
        return (weight @ matrix).view(self.out_channels, *positions).transpose(0, 1)

    def _depthwise(self, x: Float[Tensor, "b c ..."]) -> Float[Tensor, "b o ..."]:
        """One channel per group: too little for a matrix product, so the shifted input is added up, scaled."""
        per_channel = self.out_channels // self.in_channels
        weight = in_single(self.weight).view(self.in_channels, per_channel, -1)
        terms = (
            weight[:, :, i].view(self.in_channels, per_channel, *[1] * self._n) * element.unsqueeze(2)
            for i, element in enumerate(elements(x, self.kernel_size, self.stride, self.dilation))
        )  # each (b, c, o / c, h_out, w_out)
        return reduce(torch.add, terms).flatten(1, 2).to(product_type(x))

    def _padded(self, x: Float[Tensor, "b c ..."]) -> Float[Tensor, "b c ..."]:
        x = pad(x, self._frame) if self.padding_mode == "zeros" else pad_from_input(x, self._frame, self.padding_mode)
        check_reach("input, with its padding,", x.shape[2:], self.kernel_size, self.dilation)
        return x

    def _resolve(self, padding: Size | str) -> tuple[tuple[int, ...] | str, Frame]:
        """The padding as it is shown, and what it adds on each side."""
        if not isinstance(padding, str):
            sizes = sizes_of("padding", padding, self._n, 0)
            return sizes, around(sizes)
        if padding not in ("same", "valid"):
            raise ValueError(f"padding must be numbers, 'same' or 'valid', got {padding!r}")
        if padding == "valid":
            return padding, (0, 0) * self._n
        if set(self.stride) != {1}:
            raise ValueError(f"stride must be 1 with padding='same', got {self.stride}")
        more = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
        return padding, tuple(side for m in more for side in (m // 2, m - m // 2))

    def extra_repr(self) -> str:
        """The sizes, and what differs from the defaults."""
        return described_convolution(self)


def described_convolution(layer: Any) -> str:
    """Sizes of a convolution or a transposed one, and what differs from the defaults, as the library shows them."""
    none, one = (0,) * len(layer.kernel_size), (1,) * len(layer.kernel_size)
    shown = {
        "padding": (layer.padding, none),
        "dilation": (layer.dilation, one),
        "output_padding": (getattr(layer, "output_padding", none), none),
        "groups": (layer.groups, 1),
        "bias": (layer.bias is not None, True),
        "padding_mode": (layer.padding_mode, "zeros"),
    }
    sizes = f"{layer.in_channels}, {layer.out_channels}, kernel_size={layer.kernel_size}, stride={layer.stride}"
    return sizes + "".join(f", {name}={value}" for name, (value, default) in shown.items() if value != default)


def check_channels(in_channels: int, out_channels: int, groups: int) -> None:
    """Check that channels can be put into groups.

    Raises:
        ValueError: they cannot, or there are no outputs.
    """
    check_sizes(0, in_channels=in_channels)
    check_sizes(out_channels=out_channels)
    if groups < 1 or in_channels % groups or out_channels % groups:
        raise ValueError(
            f"groups must be positive and divide in_channels={in_channels} and out_channels={out_channels}, "
            f"got {groups}"
        )


class Conv1d(Convolution):
    """``y[o, i] = bias[o] + Σ weight[o, c, m] input[c, stride i + dilation m]``.

    Input ``(batch, in_channels, length)`` or without batch, weight ``(out_channels, in_channels / groups, kernel)``;
    all else is as in ``Conv2d``.

    Raises:
        TypeError: the input is no floating-point tensor, or of another dtype than the weight.
        ValueError: sizes that do not fit together, here or in the input.
    """

    _n = 1

    @checked
    def forward(self, input: Float[Tensor, "*batch c length"]) -> Float[Tensor, "*batch o length_out"]:
        return self.run(input)


class Conv2d(Convolution):
    """``y[o, i, j] = bias[o] + Σ weight[o, c, m, n] input[c, stride i + dilation m, stride j + dilation n]``.

    Input ``(batch, in_channels, height, width)`` or without batch, weight ``(out_channels, in_channels / groups,
    kernel height, kernel width)``; ``height_out = ⌊(height + padding - dilation (kernel - 1) - 1) / stride⌋ + 1`` with
    the padding of both sides. Each of the ``groups`` sees its own part of the channels. ``padding="same"`` keeps the
    size, "valid" adds nothing; ``padding_mode`` says what is added.

    Raises:
        TypeError: the input is no floating-point tensor, or of another dtype than the weight.
        ValueError: sizes that do not fit together, here or in the input.
    """

    _n = 2

    @checked
    def forward(self, input: Float[Tensor, "*batch c h w"]) -> Float[Tensor, "*batch o h_out w_out"]:
        return self.run(input)


class Conv3d(Convolution):
    """``y[o, i, j, k] = bias[o] + Σ weight[o, c, l, m, n] input[c, i + l, j + m, k + n]`` for stride and dilation 1.

    Input ``(batch, in_channels, depth, height, width)`` or without batch, weight ``(out_channels, in_channels / groups,
    kernel depth, kernel height, kernel width)``; all else is as in ``Conv2d``.

    Raises:
        TypeError: the input is no floating-point tensor, or of another dtype than the weight.
        ValueError: sizes that do not fit together, here or in the input.
    """

    _n = 3

    @checked
    def forward(self, input: Float[Tensor, "*batch c d h w"]) -> Float[Tensor, "*batch o d_out h_out w_out"]:
        return self.run(input)
