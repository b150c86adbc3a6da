"""Two-dimensional convolution (D2L sections 7.1 to 7.4)."""

# ruff: noqa: D102 (what forward computes is said by its class)

from functools import reduce
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module, Parameter

from deepdive.scratch._arguments import check_option, check_sizes, checked, pair_of
from deepdive.scratch._precision import check_same_dtype, in_single, one_half, product_type
from deepdive.scratch.linear import reset_uniform
from deepdive.scratch.spatial._windows import Padding, check_image, check_not_empty_image, pad, pad_from_input, shifts

Size = int | tuple[int, int]
PaddingMode = Literal["zeros", "reflect", "replicate", "circular"]


class Conv2d(Module):
    """``y[o, i, j] = bias[o] + Σ weight[o, c, m, n] input[c, stride i + dilation m, stride j + dilation n]``.

    Input ``(batch, in_channels, height, width)`` or without batch, weight ``(out_channels, in_channels / groups,
    kernel height, kernel width)``; ``height_out = ⌊(height + padding - dilation (kernel - 1) - 1) / stride⌋ + 1`` with
    the padding of both sides. Each of the ``groups`` sees its own part of the channels. The windows become the
    columns of one matrix and the convolution one matrix product (Chellapilla et al., 2006); with ``groups =
    in_channels``, a depthwise convolution, every channel is filtered alone.

    Raises:
        TypeError: the input is no floating-point tensor, or of another dtype than the weight.
        ValueError: sizes that do not fit together, here or in the input.
    """

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
        check_sizes(0, in_channels=in_channels)
        check_sizes(out_channels=out_channels)
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ValueError(
                f"groups must be positive and divide in_channels={in_channels} and out_channels={out_channels}, "
                f"got {groups}"
            )
        check_option("padding_mode", padding_mode, PaddingMode)
        self.in_channels, self.out_channels = int(in_channels), int(out_channels)
        self.kernel_size = pair_of("kernel_size", kernel_size)
        self.stride = pair_of("stride", stride)
        self.dilation = pair_of("dilation", dilation)
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

    @checked
    def forward(self, input: Float[Tensor, "*batch c h w"]) -> Float[Tensor, "*batch o h_out w_out"]:
        check_image("input", input, self.in_channels)
        check_not_empty_image("input", input, channels=False)
        check_same_dtype("input", input, "weight", self.weight, product=True)
        x = one_half(input)
        if x.ndim == 3:
            return self._convolve(x.unsqueeze(0)).squeeze(0)
        return self._convolve(x)

    def _convolve(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b o h_out w_out"]:
        x = self._padded(x)
        y = self._depthwise(x) if self.groups == self.in_channels > 1 else self._as_matrix(x)
        if self.bias is not None:
            y = y + self.bias.to(y.dtype).view(-1, 1, 1)
        return y.contiguous()

    def _as_matrix(self, x: Float[Tensor, "b c hp wp"]) -> Float[Tensor, "b o h_out w_out"]:
        (kh, kw), (sh, sw), (dh, dw) = self.kernel_size, self.stride, self.dilation
        rows = torch.stack(shifts(x.transpose(0, 1), 2, kh, sh, dh), 1)  # (c, kh, b, h_out, w)
        windows = torch.stack(shifts(rows, 4, kw, sw, dw), 2)  # (c, kh, kw, b, h_out, w_out)
        b, h_out, w_out = windows.shape[3:]
        per_window = self.in_channels // self.groups * kh * kw
        columns = windows.reshape(self.groups, per_window, b * h_out * w_out)
        weight = self.weight.view(self.groups, self.out_channels // self.groups, per_window)
        return (weight @ columns).view(self.out_channels, b, h_out, w_out).transpose(0, 1)

    def _depthwise(self, x: Float[Tensor, "b c hp wp"]) -> Float[Tensor, "b o h_out w_out"]:
        """One channel per group: too little for a matrix product, so the shifted input is added up, scaled."""
        (kh, kw), (sh, sw), (dh, dw) = self.kernel_size, self.stride, self.dilation
        per_channel = self.out_channels // self.in_channels
        weight = in_single(self.weight).view(self.in_channels, per_channel, kh, kw, 1, 1)
        terms = (
            weight[:, :, m, n] * column.unsqueeze(2)  # (b, c, o / c, h_out, w_out)
            for m, row in enumerate(shifts(x, 2, kh, sh, dh))
            for n, column in enumerate(shifts(row, 3, kw, sw, dw))
        )
        return reduce(torch.add, terms).flatten(1, 2).to(product_type(x))

    def _padded(self, x: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c hp wp"]:
        x = pad(x, self._frame) if self.padding_mode == "zeros" else pad_from_input(x, self._frame, self.padding_mode)
        reach = [d * (k - 1) + 1 for d, k in zip(self.dilation, self.kernel_size, strict=True)]
        if x.shape[2] < reach[0] or x.shape[3] < reach[1]:
            raise ValueError(
                f"input, with its padding, must be at least {reach[0]}x{reach[1]}, over which the kernel reaches, got "
                f"{x.shape[2]}x{x.shape[3]}"
            )
        return x

    def _resolve(self, padding: Size | str) -> tuple[tuple[int, int] | str, Padding]:
        """The padding as it is shown, and the rows and columns it adds on each side."""
        if not isinstance(padding, str):
            h, w = pair_of("padding", padding, 0)
            return (h, w), (h, h, w, w)
        if padding not in ("same", "valid"):
            raise ValueError(f"padding must be numbers, 'same' or 'valid', got {padding!r}")
        if padding == "valid":
            return padding, (0, 0, 0, 0)
        if self.stride != (1, 1):
            raise ValueError(f"stride must be 1 with padding='same', got {self.stride}")
        h, w = (d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True))
        return padding, (h // 2, h - h // 2, w // 2, w - w // 2)

    def extra_repr(self) -> str:
        parts = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        shown = {
            "padding": (self.padding, (0, 0)),
            "dilation": (self.dilation, (1, 1)),
            "groups": (self.groups, 1),
            "bias": (self.bias is not None, True),
            "padding_mode": (self.padding_mode, "zeros"),
        }
        for name, (value, default) in shown.items():
            if value != default:
                parts += f", {name}={value}"
        return parts
