"""Layers that put a frame of one value around their input."""

# ruff: noqa: D102 (what forward computes is said by its class)

from collections.abc import Sequence
from typing import Any, ClassVar

from jaxtyping import Shaped
from torch import Tensor
from torch.nn import Module

from deepdive.checks import shown
from deepdive.scratch._arguments import checked, described, is_integer
from deepdive.scratch._precision import autocast
from deepdive.scratch.spatial._frames import Frame, check_frame, pad

Padding = int | tuple[int, ...]


class Pad(Module):
    """What padding of the last ``_n`` dimensions shares."""

    _n: ClassVar[int]

    def __init__(self, padding: Padding) -> None:
        super().__init__()
        sides: Any = (padding,) * (2 * self._n) if is_integer(padding) else padding
        if (
            not isinstance(sides, Sequence)
            or isinstance(sides, str)
            or len(sides) != 2 * self._n
            or not all(map(is_integer, sides))
        ):
            raise ValueError(f"padding must be one or {2 * self._n} whole numbers, got {described(padding)}")
        self.padding = tuple(int(side) for side in sides)

    @property
    def frame(self) -> Frame:
        """What is added on each side, from the first dimension on; ``padding`` begins with the last one."""
        pairs = zip(self.padding[::2], self.padding[1::2], strict=True)
        return tuple(side for sides in reversed(list(pairs)) for side in sides)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class _ConstantPad(Pad):
    """``input`` inside a frame of ``value``; see ``ConstantPad2d``."""

    @checked
    def __init__(self, padding: Padding, value: float) -> None:
        super().__init__(padding)
        self.value = value

    @autocast()
    def run(self, input: Tensor) -> Tensor:
        """The input in its frame."""
        if input.ndim < self._n:
            raise ValueError(f"input must have at least {self._n} dimensions, got shape {shown(input.shape)}")
        check_frame(input, self.frame)
        return pad(input, self.frame, self.value)

    def extra_repr(self) -> str:
        return f"padding={self.padding}, value={self.value}"


class _ZeroPad(_ConstantPad):
    @checked
    def __init__(self, padding: Padding) -> None:
        super().__init__(padding, 0.0)

    def extra_repr(self) -> str:
        return f"{self.padding}"


class ConstantPad1d(_ConstantPad):
    """``y = input`` inside a frame of ``value`` around the last dimension.

    ``padding`` is one number for all sides or ``(left, right)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 2 whole numbers, or cuts everything off.
    """

    _n = 1

    @checked
    def forward(self, input: Shaped[Tensor, "*batch length"]) -> Shaped[Tensor, "*batch length_out"]:
        return self.run(input)


class ConstantPad2d(_ConstantPad):
    """``y = input`` inside a frame of ``value`` around the last two dimensions.

    ``padding`` is one number for all sides or ``(left, right, top, bottom)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 4 whole numbers, or cuts everything off.
    """

    _n = 2

    @checked
    def forward(self, input: Shaped[Tensor, "*batch h w"]) -> Shaped[Tensor, "*batch h_out w_out"]:
        return self.run(input)


class ConstantPad3d(_ConstantPad):
    """``y = input`` inside a frame of ``value`` around the last three dimensions.

    ``padding`` is one number for all sides or ``(left, right, top, bottom, front, back)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 6 whole numbers, or cuts everything off.
    """

    _n = 3

    @checked
    def forward(self, input: Shaped[Tensor, "*batch d h w"]) -> Shaped[Tensor, "*batch d_out h_out w_out"]:
        return self.run(input)


class ZeroPad1d(_ZeroPad):
    """``y = input`` inside a frame of 0 around the last dimension.

    ``padding`` is one number for all sides or ``(left, right)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 2 whole numbers, or cuts everything off.
    """

    _n = 1

    @checked
    def forward(self, input: Shaped[Tensor, "*batch length"]) -> Shaped[Tensor, "*batch length_out"]:
        return self.run(input)


class ZeroPad2d(_ZeroPad):
    """``y = input`` inside a frame of 0 around the last two dimensions.

    ``padding`` is one number for all sides or ``(left, right, top, bottom)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 4 whole numbers, or cuts everything off.
    """

    _n = 2

    @checked
    def forward(self, input: Shaped[Tensor, "*batch h w"]) -> Shaped[Tensor, "*batch h_out w_out"]:
        return self.run(input)


class ZeroPad3d(_ZeroPad):
    """``y = input`` inside a frame of 0 around the last three dimensions.

    ``padding`` is one number for all sides or ``(left, right, top, bottom, front, back)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 6 whole numbers, or cuts everything off.
    """

    _n = 3

    @checked
    def forward(self, input: Shaped[Tensor, "*batch d h w"]) -> Shaped[Tensor, "*batch d_out h_out w_out"]:
        return self.run(input)
