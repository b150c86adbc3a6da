"""Layers that put a frame around their input, of the input's own values."""

# ruff: noqa: D102 (what forward computes is said by its class)

from typing import ClassVar

from jaxtyping import Real, Shaped
from torch import Tensor

from deepdive.scratch._arguments import checked
from deepdive.scratch._precision import autocast
from deepdive.scratch.spatial._frames import Mode, check_frame, pad_from_input
from deepdive.scratch.spatial._windows import check_layout, check_not_empty
from deepdive.scratch.spatial.padding import Pad, Padding


class _PadFromInput(Pad):
    """``input`` inside a frame of its own values."""

    _mode: ClassVar[Mode]

    @checked
    def __init__(self, padding: Padding) -> None:
        super().__init__(padding)

    @autocast()
    def run(self, input: Tensor) -> Tensor:
        """The input in its frame."""
        check_layout("input", input, self._n)
        check_not_empty("input", input, self._n, channels=self._mode != "circular")
        check_frame(input, self.frame)
        return pad_from_input(input, self.frame, self._mode)


class ReflectionPad1d(_PadFromInput):
    """``y[i] = input[-i]`` before the input, mirrored behind it, too, in the last dimension.

    ``padding`` is one number for all sides or ``(left, right)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 2 whole numbers, or one is not below the size of the input.
    """

    _n = 1
    _mode = "reflect"

    @checked
    @autocast(cpu="single")
    def forward(self, input: Real[Tensor, "*batch c length"]) -> Real[Tensor, "*batch c length_out"]:
        return self.run(input)


class ReflectionPad2d(_PadFromInput):
    """``y[i] = input[-i]`` before the input, mirrored behind it, too, in the last two dimensions.

    ``padding`` is one number for all sides or ``(left, right, top, bottom)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 4 whole numbers, or one is not below the size of the input.
    """

    _n = 2
    _mode = "reflect"

    @checked
    @autocast(cpu="single")
    def forward(self, input: Real[Tensor, "*batch c h w"]) -> Real[Tensor, "*batch c h_out w_out"]:
        return self.run(input)


class ReflectionPad3d(_PadFromInput):
    """``y[i] = input[-i]`` before the input, mirrored behind it, too, in the last three dimensions.

    ``padding`` is one number for all sides or ``(left, right, top, bottom, front, back)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 6 whole numbers, or one is not below the size of the input.
    """

    _n = 3
    _mode = "reflect"

    @checked
    def forward(self, input: Real[Tensor, "*batch c d h w"]) -> Real[Tensor, "*batch c d_out h_out w_out"]:
        return self.run(input)


class ReplicationPad1d(_PadFromInput):
    """``y[i] = input[min(max(i, 0), n - 1)]``: the border repeated, in the last dimension.

    ``padding`` is one number for all sides or ``(left, right)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 2 whole numbers, or the input is empty.
    """

    _n = 1
    _mode = "replicate"

    @checked
    @autocast(cpu="single")
    def forward(self, input: Real[Tensor, "*batch c length"]) -> Real[Tensor, "*batch c length_out"]:
        return self.run(input)


class ReplicationPad2d(_PadFromInput):
    """``y[i] = input[min(max(i, 0), n - 1)]``: the border repeated, in the last two dimensions.

    ``padding`` is one number for all sides or ``(left, right, top, bottom)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 4 whole numbers, or the input is empty.
    """

    _n = 2
    _mode = "replicate"

    @checked
    @autocast(cpu="single")
    def forward(self, input: Real[Tensor, "*batch c h w"]) -> Real[Tensor, "*batch c h_out w_out"]:
        return self.run(input)


class ReplicationPad3d(_PadFromInput):
    """``y[i] = input[min(max(i, 0), n - 1)]``: the border repeated, in the last three dimensions.

    ``padding`` is one number for all sides or ``(left, right, top, bottom, front, back)``; a negative one cuts.

    Raises:
        ValueError: ``padding`` is not one or 6 whole numbers, or the input is empty.
    """

    _n = 3
    _mode = "replicate"

    @checked
    @autocast(cpu="single")
    def forward(self, input: Real[Tensor, "*batch c d h w"]) -> Real[Tensor, "*batch c d_out h_out w_out"]:
        return self.run(input)


class CircularPad1d(_PadFromInput):
    """``y[i] = input[i mod n]``: the other end goes on, in the last dimension.

    ``padding`` is one number for all sides or ``(left, right)``; a negative one cuts, and
    the circle is one of what is left.

    Raises:
        ValueError: ``padding`` is not one or 2 whole numbers, or one is above the size of what is left.
    """

    _n = 1
    _mode = "circular"

    @checked
    def forward(self, input: Shaped[Tensor, "*batch c length"]) -> Shaped[Tensor, "*batch c length_out"]:
        return self.run(input)


class CircularPad2d(_PadFromInput):
    """``y[i] = input[i mod n]``: the other end goes on, in the last two dimensions.

    ``padding`` is one number for all sides or ``(left, right, top, bottom)``; a negative one cuts, and
    the circle is one of what is left.

    Raises:
        ValueError: ``padding`` is not one or 4 whole numbers, or one is above the size of what is left.
    """

    _n = 2
    _mode = "circular"

    @checked
    def forward(self, input: Shaped[Tensor, "*batch c h w"]) -> Shaped[Tensor, "*batch c h_out w_out"]:
        return self.run(input)


class CircularPad3d(_PadFromInput):
    """``y[i] = input[i mod n]``: the other end goes on, in the last three dimensions.

    ``padding`` is one number for all sides or ``(left, right, top, bottom, front, back)``; a negative one cuts, and
    the circle is one of what is left.

    Raises:
        ValueError: ``padding`` is not one or 6 whole numbers, or one is above the size of what is left.
    """

    _n = 3
    _mode = "circular"

    @checked
    def forward(self, input: Shaped[Tensor, "*batch c d h w"]) -> Shaped[Tensor, "*batch c d_out h_out w_out"]:
        return self.run(input)
