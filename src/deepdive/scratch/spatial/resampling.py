"""Images of another size: the nearest value, or a mean of the values around (D2L section 14.10)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from collections.abc import Sequence
from typing import Any, Literal, get_args

import torch
from jaxtyping import Real
from torch import Tensor
from torch.nn import Module

from deepdive.checks import shown
from deepdive.scratch._arguments import check_flags, check_option, checked, described, is_integer, is_number
from deepdive.scratch._precision import autocast, in_single

Interpolation = Literal["nearest", "linear", "bilinear", "bicubic", "trilinear", "nearest-exact"]
_DIMENSIONS = {"linear": 1, "bilinear": 2, "bicubic": 2, "trilinear": 3}
_A = -0.75
"""The parameter of the cubic kernel (Keys, 1981)."""


class Upsample(Module):
    """``y[i] = Σⱼ w(i, j) input[j]`` along every dimension: each output looks at the inputs nearest to it.

    Output ``i`` lies at ``(i + ½) n / n_out - ½`` of the input or, with ``align_corners``, at ``i (n - 1) /
    (n_out - 1)``. "nearest" takes input ``⌊i n / n_out⌋``, "nearest-exact" the one whose centre is nearest; "linear",
    "bilinear" and "trilinear" weigh two inputs by how near they are, "bicubic" four by a cubic.

    Input ``(batch, channels, *sizes)`` with one to three sizes; ``size`` gives those of the output, or ``scale_factor``
    how much larger they are, each one number or one for each dimension. A factor is also what positions are computed
    with, ``1 / scale_factor`` for ``n / n_out``, unless ``recompute_scale_factor``. As in the library, a dimension that
    keeps its size is kept as it is by "linear", "bilinear", "trilinear" and, of images, "nearest".

    Raises:
        TypeError: the input is no tensor of numbers or, but for "nearest" ones, not floating-point.
        ValueError: not exactly one of ``size`` and ``scale_factor``, a mode for other dimensions, or ``align_corners``
            with "nearest".
    """

    @checked
    def __init__(
        self,
        size: int | tuple[int, ...] | None = None,
        scale_factor: float | tuple[float, ...] | None = None,
        mode: Interpolation = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        check_option("mode", mode, Interpolation)
        self.size = size
        self.scale_factor = None if scale_factor is None else _factors(scale_factor)
        if recompute_scale_factor and size is not None:
            raise ValueError(f"recompute_scale_factor must be None with size={size}, got {recompute_scale_factor}")
        self.mode: Interpolation = mode
        if align_corners is not None:
            check_flags(align_corners=align_corners)
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    @checked
    @autocast()
    def forward(self, input: Real[Tensor, "b c *sizes"]) -> Real[Tensor, "b c *sizes_out"]:
        n = input.ndim - 2
        modes = [mode for mode in get_args(Interpolation) if _DIMENSIONS.get(mode, n) == n]
        if n not in (1, 2, 3) or self.mode not in modes:
            sizes = _DIMENSIONS.get(self.mode, "one to three")
            raise ValueError(
                f"input must have shape (batch, channels, ...) with {sizes} sizes for mode={self.mode!r}, got "
                f"{shown(input.shape)}"
            )
        if 0 in input.shape[1:]:
            raise ValueError(f"input must not be empty, got shape {shown(input.shape)}")
        if self.align_corners is not None and self.mode.startswith("nearest"):
            raise ValueError(f"align_corners must be None with mode={self.mode!r}, got {self.align_corners}")
        sizes, ratios = self._geometry(input.shape[2:])
        if self.mode.startswith("nearest"):
            return self._nearest(input, sizes, ratios)
        if not input.is_floating_point():
            raise TypeError(f"input must be floating-point with mode={self.mode!r}, got {described(input)}")
        return self._weighted(in_single(input), sizes, ratios).to(input.dtype)

    def _geometry(self, sizes: Sequence[int]) -> tuple[list[int], list[float]]:
        """The sizes of the output, and how far one step of it is in the input."""
        n = len(sizes)
        if (self.size is None) == (self.scale_factor is None):
            raise ValueError(
                f"size or scale_factor must be given, and not both, got {self.size} and {self.scale_factor}"
            )
        if self.size is not None:
            wanted = _each("size", self.size, n, is_integer)
            factors: list[float] = []
        else:
            factors = [float(factor) for factor in _each("scale_factor", self.scale_factor, n, is_number)]
            wanted = [math.floor(length * factor) for length, factor in zip(sizes, factors, strict=True)]
        if any([length < 1 for length in wanted]):
            raise ValueError(f"size of the output must be at least 1, got {shown(wanted)}")
        if not factors or self.recompute_scale_factor:
            return wanted, [length / out for length, out in zip(sizes, wanted, strict=True)]
        # As the library's kernel of images does, which has short ways to keep and to double a size.
        by_size = (1, 2) if self.mode == "nearest" and n == 2 else ()
        geometry = zip(sizes, wanted, factors, strict=True)
        return wanted, [length / out if out / length in by_size else 1 / f for length, out, f in geometry]

    def _nearest(self, x: Tensor, sizes: list[int], ratios: list[float]) -> Tensor:
        shift = 0.5 if self.mode == "nearest-exact" else 0.0
        for dim, (n, ratio) in enumerate(zip(sizes, ratios, strict=True), 2):
            place = (torch.arange(n, device=x.device, dtype=torch.float32) + shift) * ratio
            x = x.index_select(dim, place.floor().long().clamp(max=x.shape[dim] - 1))
        return x

    def _weighted(self, x: Tensor, sizes: list[int], ratios: list[float]) -> Tensor:
        for dim, (n, ratio) in enumerate(zip(sizes, ratios, strict=True), 2):
            x = self._along(x, dim, n, ratio)
        return x

    def _along(self, x: Tensor, dim: int, n: int, ratio: float) -> Tensor:
        length, i = x.shape[dim], torch.arange(n, device=x.device, dtype=x.dtype)
        if n == length and self.mode != "bicubic":
            return x
        if self.align_corners:
            place = i * ((length - 1) / (n - 1) if n > 1 else 0.0)
        else:
            place = (i + 0.5) * ratio - 0.5
        if self.mode != "bicubic":
            place = place.clamp(min=0)
        first = place.floor()
        t = place - first
        terms = (
            {-1: _far(t + 1), 0: _near(t), 1: _near(1 - t), 2: _far(2 - t)}
            if self.mode == "bicubic"
            else {0: 1 - t, 1: t}
        )
        parts = (
            x.index_select(dim, (first.long() + step).clamp(0, length - 1)) * w.view(-1, *[1] * (x.ndim - dim - 1))
            for step, w in terms.items()
        )
        return sum(parts, start=torch.zeros((), dtype=x.dtype, device=x.device))

    def extra_repr(self) -> str:
        first = f"size={self.size}" if self.scale_factor is None else f"scale_factor={self.scale_factor}"
        return f"{first}, mode={self.mode!r}"


def _near(t: Tensor) -> Tensor:
    """The cubic kernel at distances up to 1."""
    return ((_A + 2) * t - (_A + 3)) * t * t + 1


def _far(t: Tensor) -> Tensor:
    """The cubic kernel at distances from 1 to 2."""
    return ((_A * t - 5 * _A) * t + 8 * _A) * t - 4 * _A


def _factors(value: Any) -> float | tuple[float, ...]:
    each = value if isinstance(value, tuple) else (value,)
    if not each or not all(map(is_number, each)) or not all([0 < factor < math.inf for factor in each]):
        raise ValueError(f"scale_factor must be a positive number, or one for each size, got {described(value)}")
    return tuple(map(float, each)) if isinstance(value, tuple) else float(value)


def _each(name: str, value: Any, n: int, fits: Any) -> list[Any]:
    each = list(value) if isinstance(value, tuple | list) else [value] * n
    if len(each) != n or not all(map(fits, each)):
        raise ValueError(f"{name} must be one number or {n}, one for each size of the input, got {described(value)}")
    return each


class UpsamplingNearest2d(Upsample):
    """``y[i, j] = input[⌊i h / h_out⌋, ⌊j w / w_out⌋]``: ``Upsample(mode="nearest")`` for images.

    Raises:
        ValueError: as ``Upsample``.
    """

    @checked
    def __init__(
        self, size: int | tuple[int, int] | None = None, scale_factor: float | tuple[float, float] | None = None
    ) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """``Upsample(mode="bilinear", align_corners=True)``: the corners of input and output are the same pixels.

    Raises:
        ValueError: as ``Upsample``.
    """

    @checked
    def __init__(
        self, size: int | tuple[int, int] | None = None, scale_factor: float | tuple[float, float] | None = None
    ) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
