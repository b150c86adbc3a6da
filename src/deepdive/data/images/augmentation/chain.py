"""A chain of random changes, drawn once and applied to whole batches in one pass (D2L section 14.1)."""

from collections.abc import Sequence
from functools import reduce
from typing import get_args

import torch
from jaxtyping import Float32, Shaped
from torch import Tensor

from deepdive.data.images.augmentation._sampling import Fill
from deepdive.data.images.augmentation.changes import Changes
from deepdive.data.images.augmentation.colour import Chromatic, ColourMap
from deepdive.data.images.augmentation.cutout import Cutout
from deepdive.data.images.augmentation.geometry import Geometric, Size


class Augmentation:
    """Random changes of whole batches of images, for each image its own.

    The maps of the plane are one affine map per image: images are sampled once, and not at all but indexed where
    only flips and whole shifts were drawn. Changes of colours are one affine map of colours. Whatever their order in
    the list, colours come after the maps of the plane and what is blanked out comes last; otherwise the order is kept.

    All numbers come from a generator on the processor, the same ones for every device.

    Args:
        transforms: any of `Geometric`, `Chromatic` and `Cutout`.
        fill: what an image has outside of itself, where a shift or turn uncovers it: its mirror image about its edge
            (``reflect``), or black (``zero``).

    Raises:
        TypeError: something else is among the transforms, e.g. `MixUp`, which needs labels.
        ValueError: ``fill`` is unknown.
    """

    def __init__(self, transforms: Sequence[Geometric | Chromatic | Cutout], *, fill: Fill = "reflect") -> None:
        for transform in transforms:
            if not isinstance(transform, Geometric | Chromatic | Cutout):
                raise TypeError(
                    f"transforms holds {transform!r}; each must be a map of the plane, a change of colours or a cutout"
                )
        if fill not in get_args(Fill):
            raise ValueError(f"fill is {fill!r}; it must be one of {', '.join(get_args(Fill))}")
        self.transforms = tuple(transforms)
        self.fill: Fill = fill

    def __call__(self, x: Shaped[Tensor, "b c h w"], generator: torch.Generator) -> Float32[Tensor, "b c h w"]:
        """New images in 0..1 from these, which are bytes, or floats in 0..1, and stay as they are.

        Raises:
            ValueError: see `Changes.images`; a shift is as large as the images.
        """
        b, _, h, w = x.shape
        return self.draw(b, (h, w), generator).images(x)

    def draw(self, b: int, size: Size, generator: torch.Generator) -> Changes:
        """The changes of ``b`` images of a size, to be applied to them and to all that belongs to them.

        Raises:
            ValueError: a shift is as large as the images.
        """
        maps = [t.matrices(b, size, generator) for t in self.transforms if isinstance(t, Geometric)]
        colours = [t.colours(b, generator) for t in self.transforms if isinstance(t, Chromatic)]
        holes = [t.holes(b, size, generator) for t in self.transforms if isinstance(t, Cutout)]
        values = [t.value for t in self.transforms if isinstance(t, Cutout)]
        return Changes(
            b,
            size,
            reduce(torch.matmul, maps) if maps else None,
            reduce(ColourMap.then, colours) if colours else None,
            tuple(zip(holes, values, strict=True)),
            self.fill,
        )
