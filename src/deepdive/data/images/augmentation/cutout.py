"""Squares that are blanked out (D2L section 14.1)."""

import torch
from jaxtyping import Bool
from torch import Tensor

from deepdive.data.images.augmentation._drawing import Number, check_range, check_whole, chosen
from deepdive.data.images.augmentation.geometry import Size


class Cutout:
    """Blank out a square of ``side`` pixels, whose centre is any pixel, with probability ``p``.

    A part of the square may lie outside. ``value``, from 0 to 1, is what all channels get. Source: T. DeVries,
    G. Taylor, "Improved Regularization of Convolutional Neural Networks with Cutout", 2017.

    Raises:
        ValueError: ``side`` is no whole number from 1, or ``value`` or ``p`` is not from 0 to 1.
    """

    def __init__(self, side: int, value: Number = 0.5, p: Number = 1.0) -> None:
        self.side = check_whole("side", side, 1)
        self.value = check_range("value", value, 0, 1)
        self.p = check_range("p", p, 0, 1)

    def holes(self, b: int, size: Size, generator: torch.Generator) -> Bool[Tensor, "b h w"]:
        """True where each of ``b`` images is blanked out."""
        here = chosen(b, self.p, generator)
        rows, columns = (_covered(b, length, self.side, generator) for length in size)
        return (rows & here[:, None])[:, :, None] & columns[:, None, :]


def _covered(b: int, length: int, side: int, generator: torch.Generator) -> Bool[Tensor, "b length"]:
    first = torch.randint(length, (b, 1), generator=generator) - side // 2
    place = torch.arange(length)
    return (first <= place) & (place < first + side)
