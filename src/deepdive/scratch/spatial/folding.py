"""Windows as columns and back, and pixels as channels and back: what only moves numbers, or adds them up."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math

from jaxtyping import Float, Shaped
from torch import Tensor
from torch.nn import Module

from deepdive.checks import shown
from deepdive.scratch._arguments import check_sizes, checked, pair_of
from deepdive.scratch._precision import autocast
from deepdive.scratch.spatial._frames import around, pad
from deepdive.scratch.spatial._windows import (
    Size,
    check_layout,
    check_not_empty,
    check_reach,
    columns,
    num_windows,
    overlapped,
)


class Unfold(Module):
    """``y[(c, m, n), (i, j)] = input[c, stride i + dilation m - padding, stride j + dilation n - padding]``: im2col.

    Every window of an input ``(batch, channels, height, width)``, or without batch, becomes a column of the output
    ``(batch, channels · kernel height · kernel width, positions)``. A convolution is ``weight · y`` of it.

    Raises:
        ValueError: a size is not positive, or not even one window fits into the input.
    """

    @checked
    def __init__(self, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1) -> None:
        super().__init__()
        for name, size in (("kernel_size", kernel_size), ("dilation", dilation), ("stride", stride)):
            pair_of(name, size)
        pair_of("padding", padding, 0)
        self.kernel_size, self.dilation, self.padding, self.stride = kernel_size, dilation, padding, stride

    @checked
    @autocast()
    def forward(self, input: Shaped[Tensor, "*batch c h w"]) -> Shaped[Tensor, "*batch rows positions"]:
        check_layout("input", input, 2)
        check_not_empty("input", input, 2)
        x = input.unsqueeze(0) if input.ndim == 3 else input
        kernel, stride, dilation = (pair_of(n, getattr(self, n)) for n in ("kernel_size", "stride", "dilation"))
        x = pad(x, around(pair_of("padding", self.padding, 0)))
        _positions("input, with its padding,", x.shape[2:], kernel, stride, dilation)
        windows = columns(x, kernel, stride, dilation)  # (c, kh, kw, b, h_out, w_out)
        y = windows.flatten(4).flatten(0, 2).transpose(0, 1)
        return y.squeeze(0) if input.ndim == 3 else y

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


class Fold(Module):
    """``y[c, stride i + dilation m - padding, ...] += input[(c, m, n), (i, j)]``: the transpose of ``Unfold``, col2im.

    Input ``(batch, channels · kernel height · kernel width, positions)`` or without batch, output ``(batch, channels,
    *output_size)``; where windows overlap their numbers are added.

    Raises:
        ValueError: a size is not positive, or the input has not these rows and positions.
    """

    @checked
    def __init__(
        self, output_size: Size, kernel_size: Size, dilation: Size = 1, padding: Size = 0, stride: Size = 1
    ) -> None:
        super().__init__()
        sizes = {"output_size": output_size, "kernel_size": kernel_size, "dilation": dilation, "stride": stride}
        for name, size in sizes.items():
            pair_of(name, size)
        pair_of("padding", padding, 0)
        self.output_size, self.kernel_size, self.dilation = output_size, kernel_size, dilation
        self.padding, self.stride = padding, stride

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "*batch rows positions"]) -> Float[Tensor, "*batch c h w"]:
        sizes, kernel = pair_of("output_size", self.output_size), pair_of("kernel_size", self.kernel_size)
        stride, dilation = pair_of("stride", self.stride), pair_of("dilation", self.dilation)
        padding = pair_of("padding", self.padding, 0)
        padded = [size + 2 * p for size, p in zip(sizes, padding, strict=True)]
        positions = _positions("output_size, with its padding,", padded, kernel, stride, dilation)
        size, windows = math.prod(kernel), math.prod(positions)
        if input.ndim not in (2, 3) or input.shape[-1] != windows or not input.shape[-2] or input.shape[-2] % size:
            raise ValueError(
                f"input must have shape (batch, channels · {size}, {windows}) or, without batch, (channels · {size}, "
                f"{windows}), got {shown(input.shape)}"
            )
        x = input.unsqueeze(0) if input.ndim == 2 else input
        stamps = x.transpose(0, 1).unflatten(2, positions).unflatten(0, (-1, *kernel))  # (c, kh, kw, b, i, j)
        y = overlapped(stamps, stride, dilation, padding, sizes).transpose(0, 1).contiguous()
        return y.squeeze(0) if input.ndim == 2 else y

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )


def _positions(
    name: str,
    sizes: list[int] | tuple[int, ...],
    kernel: tuple[int, int],
    stride: tuple[int, int],
    dilation: tuple[int, int],
) -> list[int]:
    """How many windows there are, down and across."""
    check_reach(name, sizes, kernel, dilation)
    return [num_windows(*numbers) for numbers in zip(sizes, kernel, stride, dilation, strict=True)]


class PixelShuffle(Module):
    """``y[c, r h + i, r w + j] = input[c r² + r i + j, h, w]`` with ``r = upscale_factor``: channels become pixels.

    Input ``(..., channels · r², height, width)``, output ``(..., channels, height · r, width · r)`` (Shi et al., 2016).

    Raises:
        ValueError: ``r`` is below 1, or ``r²`` does not divide the channels.
    """

    @checked
    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        check_sizes(upscale_factor=upscale_factor)
        self.upscale_factor = upscale_factor

    @checked
    @autocast()
    def forward(self, input: Shaped[Tensor, "*batch c h w"]) -> Shaped[Tensor, "*batch c_out h_out w_out"]:
        r = int(self.upscale_factor)
        if input.ndim < 3 or input.shape[-3] % r**2:
            raise ValueError(f"input must have shape (..., channels · {r**2}, height, width), got {shown(input.shape)}")
        x = input.unflatten(-3, (input.shape[-3] // r**2, r, r))  # (..., c, r, r, h, w)
        return x.movedim(-4, -2).movedim(-4, -1).contiguous().flatten(-2).flatten(-3, -2)  # (..., c, h, r, w, r)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """``y[c r² + r i + j, h, w] = input[c, r h + i, r w + j]`` with ``r = downscale_factor``: pixels become channels.

    Input ``(..., channels, height · r, width · r)``, output ``(..., channels · r², height, width)``.

    Raises:
        ValueError: ``r`` is below 1, or does not divide height and width.
    """

    @checked
    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        check_sizes(downscale_factor=downscale_factor)
        self.downscale_factor = downscale_factor

    @checked
    @autocast()
    def forward(self, input: Shaped[Tensor, "*batch c h w"]) -> Shaped[Tensor, "*batch c_out h_out w_out"]:
        r = int(self.downscale_factor)
        if input.ndim < 3 or input.shape[-1] % r or input.shape[-2] % r:
            raise ValueError(
                f"input must have shape (..., channels, height · {r}, width · {r}), got {shown(input.shape)}"
            )
        h, w = (size // r for size in input.shape[-2:])
        x = input.unflatten(-1, (w, r)).unflatten(-3, (h, r))  # (..., c, h, r, w, r)
        return x.movedim(-3, -4).movedim(-1, -3).contiguous().flatten(-5, -3)  # (..., c, r, r, h, w)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """``y[:, c groups + g] = input[:, g n + c]``: groups of ``n`` channels, interleaved (Zhang et al., 2018).

    Input ``(batch, groups · c, ...)``; after it, the next grouped convolution sees some channels of every group.

    Raises:
        ValueError: ``groups`` is below 1 or does not divide the channels, or the input has fewer than 3 dimensions.
    """

    @checked
    def __init__(self, groups: int) -> None:
        super().__init__()
        check_sizes(groups=groups)
        self.groups = groups

    @checked
    @autocast()
    def forward(self, input: Shaped[Tensor, "batch c *sizes"]) -> Shaped[Tensor, "batch c *sizes"]:
        g = int(self.groups)
        if input.ndim < 3 or input.shape[1] % g:
            raise ValueError(f"input must have shape (batch, channels · {g}, ...), got {shown(input.shape)}")
        return input.unflatten(1, (g, input.shape[1] // g)).transpose(1, 2).flatten(1, 2)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
