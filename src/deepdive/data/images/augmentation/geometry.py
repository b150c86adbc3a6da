"""Random maps of the plane, one matrix per image (D2L section 14.1).

A matrix takes a point of the image that comes out to the point of the image that went in whose colour it gets:
``(x', y', 1)ᵀ = M (x, y, 1)ᵀ``, in pixels from the upper left corner, so that pixel ``(i, j)`` has its centre at
``x = j + 1/2, y = i + 1/2``. A chain of them is the product of their matrices.
"""

import math
from abc import ABC, abstractmethod

import torch
from jaxtyping import Float64
from torch import Tensor

from deepdive.data.images.augmentation._drawing import Number, check_interval, check_range, check_whole, chosen, uniform

Size = tuple[int, int]
"""Height and width in pixels."""


class Geometric(ABC):
    """A random affine map for each image; an image is left as it is with probability ``1 - p``."""

    p: Number

    @abstractmethod
    def draw(self, b: int, size: Size, generator: torch.Generator) -> Float64[Tensor, "b 3 3"]:
        """One matrix for each of ``b`` images of a size, as if ``p`` were 1."""

    def matrices(self, b: int, size: Size, generator: torch.Generator) -> Float64[Tensor, "b 3 3"]:
        """One matrix for each of ``b`` images of a size, the identity where the image is left as it is."""
        here = chosen(b, self.p, generator)
        return torch.where(here[:, None, None], self.draw(b, size, generator), identity(b))


class HorizontalFlip(Geometric):
    """Mirror left to right: ``x' = w - x``, with probability ``p``."""

    def __init__(self, p: Number = 0.5) -> None:
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, size: Size, generator: torch.Generator) -> Float64[Tensor, "b 3 3"]:
        """The mirror image of each."""
        return affine(b, a=-1, c=size[1])


class VerticalFlip(Geometric):
    """Mirror top to bottom: ``y' = h - y``, with probability ``p``."""

    def __init__(self, p: Number = 0.5) -> None:
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, size: Size, generator: torch.Generator) -> Float64[Tensor, "b 3 3"]:
        """The mirror image of each."""
        return affine(b, e=-1, f=size[0])


class PadAndCrop(Geometric):
    """Pad every side by ``padding`` pixels and cut an image of the size before out of it, anywhere: a whole shift.

    ``x' = x + u, y' = y + v`` with whole ``u, v`` from ``-padding`` to ``padding`` (D2L section 14.13; He et al.,
    2016).
    """

    def __init__(self, padding: int, p: Number = 1.0) -> None:
        self.padding = check_whole("padding", padding, 0)
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, size: Size, generator: torch.Generator) -> Float64[Tensor, "b 3 3"]:
        """A shift for each.

        Raises:
            ValueError: the padding is not less than height and width.
        """
        span, (h, w) = self.padding, size
        if span >= min(h, w):
            raise ValueError(f"padding is {span}; it must be less than the height {h} and the width {w}")
        shifts = torch.randint(-span, span + 1, (2, b), generator=generator).double()
        return affine(b, c=shifts[0], f=shifts[1])


class RandomResizedCrop(Geometric):
    """Cut out a box of random area and proportions and bring it to the size of the whole (Szegedy et al., 2015).

    The area is uniform in ``area``, as a fraction of the image's, the width-to-height ratio log-uniform in ``ratio``;
    of ten such boxes the first that fits is put anywhere inside. If none does, the first is cut down to fit. Boxes need
    not begin or end at whole pixels.

    Args:
        area: smallest and largest fraction, above 0, up to 1.
        ratio: smallest and largest ratio of width to height.
        p: probability.

    Raises:
        ValueError: ``area``, ``ratio`` or ``p`` is out of its range.
    """

    def __init__(
        self, area: tuple[Number, Number] = (0.08, 1.0), ratio: tuple[Number, Number] = (3 / 4, 4 / 3), p: Number = 1.0
    ) -> None:
        self.area = check_interval("area", area, 0, 1)
        self.ratio = check_interval("ratio", ratio, 0, math.inf)
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, size: Size, generator: torch.Generator) -> Float64[Tensor, "b 3 3"]:
        """A box for each."""
        h, w = size
        area = h * w * uniform(b * _TRIES, *self.area, generator).view(b, _TRIES)
        narrowest, widest = (math.log(r) for r in self.ratio)
        log_ratio = uniform(b * _TRIES, narrowest, widest, generator).view(b, _TRIES)
        widths, heights = (area * log_ratio.exp()).sqrt(), (area / log_ratio.exp()).sqrt()
        first = ((widths <= w) & (heights <= h)).int().argmax(dim=1, keepdim=True)
        width = widths.gather(1, first).squeeze(1).clamp(max=w)
        height = heights.gather(1, first).squeeze(1).clamp(max=h)
        left, top = (w - width) * uniform(b, 0, 1, generator), (h - height) * uniform(b, 0, 1, generator)
        return affine(b, a=width / w, c=left, e=height / h, f=top)


class Rotation(Geometric):
    """Turn about the centre by an angle that is uniform from ``-degrees`` to ``degrees``, with probability ``p``.

    ``x' = cx + (x - cx) cos α - (y - cy) sin α, y' = cy + (x - cx) sin α + (y - cy) cos α``; as rows run downwards,
    positive angles turn counter-clockwise.
    """

    def __init__(self, degrees: Number, p: Number = 1.0) -> None:
        self.degrees = check_range("degrees", degrees, 0, 180)
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, size: Size, generator: torch.Generator) -> Float64[Tensor, "b 3 3"]:
        """An angle for each."""
        angle = uniform(b, -math.radians(self.degrees), math.radians(self.degrees), generator)
        turn = affine(b, a=angle.cos(), b_=-angle.sin(), d=angle.sin(), e=angle.cos())
        return about_centre(turn, size)


class Scale(Geometric):
    """Zoom about the centre by a factor that is uniform from ``low`` to ``high``, with probability ``p``.

    ``x' = cx + (x - cx) / s, y' = cy + (y - cy) / s``: above 1 things become larger.
    """

    def __init__(self, low: Number = 0.8, high: Number = 1.2, p: Number = 1.0) -> None:
        self.low, self.high = check_interval("(low, high)", (low, high), 0, math.inf)
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, size: Size, generator: torch.Generator) -> Float64[Tensor, "b 3 3"]:
        """A factor for each."""
        s = uniform(b, self.low, self.high, generator)
        return about_centre(affine(b, a=1 / s, e=1 / s), size)


class Translate(Geometric):
    """Shift by up to ``fraction`` of the width and of the height to either side, uniformly, with probability ``p``."""

    def __init__(self, fraction: Number = 0.1, p: Number = 1.0) -> None:
        self.fraction = check_range("fraction", fraction, 0, 1)
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, size: Size, generator: torch.Generator) -> Float64[Tensor, "b 3 3"]:
        """A shift for each."""
        u, v = (length * uniform(b, -self.fraction, self.fraction, generator) for length in (size[1], size[0]))
        return affine(b, c=u, f=v)


class Shear(Geometric):
    """Lean upright lines by an angle that is uniform from ``-degrees`` to ``degrees``, with probability ``p``.

    ``x' = x + tan(α) (y - cy)``; ``vertical`` is the largest angle by which level lines lean, too.
    """

    def __init__(self, degrees: Number, vertical: Number = 0.0, p: Number = 1.0) -> None:
        self.degrees = check_range("degrees", degrees, 0, 80)
        self.vertical = check_range("vertical", vertical, 0, 80)
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, size: Size, generator: torch.Generator) -> Float64[Tensor, "b 3 3"]:
        """Two angles for each, upright lines first."""
        across, down = (
            uniform(b, -math.radians(limit), math.radians(limit), generator).tan()
            for limit in (self.degrees, self.vertical)
        )
        return about_centre(affine(b, d=down) @ affine(b, b_=across), size)


def identity(b: int) -> Float64[Tensor, "b 3 3"]:
    """The map that changes nothing, for each of ``b`` images."""
    return torch.eye(3, dtype=torch.float64).expand(b, 3, 3)


def affine(
    b: int,
    *,
    a: Tensor | Number = 1.0,
    b_: Tensor | Number = 0.0,
    c: Tensor | Number = 0.0,
    d: Tensor | Number = 0.0,
    e: Tensor | Number = 1.0,
    f: Tensor | Number = 0.0,
) -> Float64[Tensor, "b 3 3"]:
    """``x' = a x + b y + c, y' = d x + e y + f``, each a number for all images or one for each."""
    m = torch.zeros(b, 3, 3, dtype=torch.float64)
    m[:, 2, 2] = 1
    for (row, column), value in {(0, 0): a, (0, 1): b_, (0, 2): c, (1, 0): d, (1, 1): e, (1, 2): f}.items():
        m[:, row, column] = value
    return m


def about_centre(m: Float64[Tensor, "b 3 3"], size: Size) -> Float64[Tensor, "b 3 3"]:
    """The same map with the centre of the image in the place of the corner."""
    (h, w), b = size, len(m)
    return affine(b, c=w / 2, f=h / 2) @ m @ affine(b, c=-w / 2, f=-h / 2)


_TRIES = 10
