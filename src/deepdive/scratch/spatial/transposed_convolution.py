"""Two-dimensional transposed convolution: the gradient of a convolution as a layer (D2L section 14.10)."""

# ruff: noqa: D102 (what forward computes is said by its class)

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module, Parameter

from deepdive.scratch._arguments import check_sizes, checked, described, is_integer, pair_of
from deepdive.scratch._precision import check_same_dtype
from deepdive.scratch.linear import reset_uniform
from deepdive.scratch.spatial._windows import check_image, check_not_empty_image, overlap_add
from deepdive.scratch.spatial.convolution import Size


class ConvTranspose2d(Module):
    """``y[o, a, b] = bias[o] + Σ weight[c, o, m, n] input[c, i, j]`` with ``a = stride i + dilation m - padding``.

    ``b`` follows from ``j`` and ``n`` in the same way. Input ``(batch, in_channels, height, width)`` or without batch,
    weight ``(in_channels, out_channels / groups, kernel height, kernel width)``; ``height_out = stride (height - 1) +
    dilation (kernel - 1) + 1 - 2 padding + output_padding``. If the matrix ``W`` is the convolution of the same weight
    and geometry, ``y = W·x``, then this is ``x = Wᵀ·y``: the shapes come back, the values do not. Of the ``stride``
    input sizes that a convolution maps onto one output size, ``output_padding`` says which is meant, and so does an
    ``output_size`` of the call.

    Every input element stamps its kernel, scaled, onto the output: one matrix product makes all stamps, and where they
    overlap they are added (Dumoulin and Visin, 2016).

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
        check_sizes(0, in_channels=in_channels)
        check_sizes(out_channels=out_channels)
        if groups < 1 or in_channels % groups or out_channels % groups:
            raise ValueError(
                f"groups must be positive and divide in_channels={in_channels} and out_channels={out_channels}, "
                f"got {groups}"
            )
        if not isinstance(padding_mode, str) or padding_mode != "zeros":
            raise ValueError(f"padding_mode of a transposed convolution must be 'zeros', got {described(padding_mode)}")
        self.in_channels, self.out_channels = int(in_channels), int(out_channels)
        self.kernel_size = pair_of("kernel_size", kernel_size)
        self.stride = pair_of("stride", stride)
        self.padding = pair_of("padding", padding, 0)
        self.output_padding = pair_of("output_padding", output_padding, 0)
        self.groups = int(groups)
        self.dilation = pair_of("dilation", dilation)
        self.padding_mode: Literal["zeros"] = padding_mode
        self.weight = Parameter(
            torch.empty(in_channels, out_channels // groups, *self.kernel_size, device=device, dtype=dtype)
        )
        self.bias = Parameter(torch.empty(out_channels, device=device, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases anew."""
        reset_uniform(self.weight, self.bias)

    @checked
    def forward(
        self, input: Float[Tensor, "*batch c h w"], output_size: list[int] | None = None
    ) -> Float[Tensor, "*batch o h_out w_out"]:
        check_image("input", input, self.in_channels)
        check_not_empty_image("input", input, channels=False)
        check_same_dtype("input", input, "weight", self.weight, product=True)
        x = input.unsqueeze(0) if input.ndim == 3 else input
        y = self._stamped(x, self._sizes(x, output_size))
        return y.squeeze(0) if input.ndim == 3 else y

    def _stamped(self, x: Float[Tensor, "b c h w"], sizes: tuple[int, int]) -> Float[Tensor, "b o h_out w_out"]:
        b, c, h, w = x.shape
        (kh, kw), (sh, sw), (dh, dw) = self.kernel_size, self.stride, self.dilation
        (ph, pw), (h_out, w_out) = self.padding, sizes
        inputs = x.transpose(0, 1).reshape(self.groups, c // self.groups, b * h * w)
        stamps = self.weight.view(self.groups, c // self.groups, -1).transpose(1, 2) @ inputs
        stamps = stamps.view(self.out_channels, kh, kw, b, h, w)
        rows = overlap_add(stamps.unbind(2), 4, sw, dw, pw, w_out)  # (o, kh, b, h, w_out)
        y = overlap_add(rows.unbind(1), 2, sh, dh, ph, h_out)  # (o, b, h_out, w_out)
        if self.bias is not None:
            y = y + self.bias.to(y.dtype).view(-1, 1, 1, 1)
        return y.transpose(0, 1).contiguous()

    def _sizes(self, x: Tensor, asked: list[int] | None) -> tuple[int, int]:
        """Height and width of the output."""
        if asked is not None and (
            not isinstance(asked, tuple | list) or len(asked) not in (2, x.ndim) or not all(map(is_integer, asked))
        ):
            raise ValueError(f"output_size must be a height and a width, got {described(asked)}")
        least = [
            s * (n - 1) + d * (k - 1) + 1 - 2 * p
            for n, s, d, k, p in zip(
                x.shape[2:], self.stride, self.dilation, self.kernel_size, self.padding, strict=True
            )
        ]
        limits = [max(s, d) for s, d in zip(self.stride, self.dilation, strict=True)]
        if asked is None:
            extra = list(self.output_padding)
        else:
            extra = [want - have for want, have in zip(asked[-2:], least, strict=True)]
            limits = list(self.stride)
        if any(not 0 <= e < limit for e, limit in zip(extra, limits, strict=True)):
            words = f"output_padding={self.output_padding}" if asked is None else f"output_size={tuple(asked)}"
            ranges = " and ".join(f"{low} to {low + limit - 1}" for low, limit in zip(least, limits, strict=True))
            raise ValueError(f"output_size must be a height and width of {ranges}, by stride and dilation, got {words}")
        h_out, w_out = (low + e for low, e in zip(least, extra, strict=True))
        if h_out < 1 or w_out < 1:
            raise ValueError(
                f"padding must leave an output of at least 1x1, got {self.padding}, which leaves {h_out}x{w_out} of an "
                f"input of {x.shape[2]}x{x.shape[3]}"
            )
        return h_out, w_out

    def extra_repr(self) -> str:
        parts = f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"
        shown = {
            "padding": (self.padding, (0, 0)),
            "dilation": (self.dilation, (1, 1)),
            "output_padding": (self.output_padding, (0, 0)),
            "groups": (self.groups, 1),
            "bias": (self.bias is not None, True),
        }
        return parts + "".join(f", {name}={value}" for name, (value, default) in shown.items() if value != default)
