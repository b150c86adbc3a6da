"""Random changes of colours, linear in the channels, so that a chain of them is one (D2L section 14.1).

Of an image with colours ``x`` and mean colour ``m`` each gives ``x' = A x + B m`` with two 3x3 matrices. The mean
colour then is ``m' = (A + B) m``, so a chain is again of that form:

    A₂ (A₁ x + B₁ m) + B₂ (A₁ + B₁) m  =  (A₂ A₁) x + (A₂ B₁ + B₂ (A₁ + B₁)) m

The result is cut to 0..1 once, at the end of the chain. Where a library cuts after each step, what was too bright stays
cut; here a later step may bring it back, and means are those of the uncut image. The two agree where no step leaves
0..1. A grey image is one whose three channels are equal: nothing here gives it a colour.
"""

import math
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import reduce

import torch
from jaxtyping import Float64
from torch import Tensor

from deepdive.data.images.augmentation._drawing import Number, check_range, chosen, uniform

Matrices = Float64[Tensor, "b 3 3"]

GREY = torch.tensor([0.299, 0.587, 0.114], dtype=torch.float64)
"""Brightness of red, green and blue (ITU-R BT.601): ``grey = 0.299 r + 0.587 g + 0.114 b``."""


@dataclass(frozen=True)
class ColourMap:
    """``x' = A x + B m`` for each image, with its colours ``x`` and their mean ``m``."""

    a: Matrices
    b: Matrices

    def then(self, other: "ColourMap") -> "ColourMap":
        """First this one, then the other one."""
        return ColourMap(other.a @ self.a, other.a @ self.b + other.b @ (self.a + self.b))


class Chromatic(ABC):
    """A random linear change of colours for each image, which is left as it is with probability ``1 - p``."""

    p: Number

    @abstractmethod
    def draw(self, b: int, generator: torch.Generator) -> ColourMap:
        """One map for each of ``b`` images, as if ``p`` were 1."""

    def colours(self, b: int, generator: torch.Generator) -> ColourMap:
        """One map for each of ``b`` images, the identity where the image is left as it is."""
        here = chosen(b, self.p, generator)[:, None, None]
        drawn, same = self.draw(b, generator), unchanged(b)
        return ColourMap(torch.where(here, drawn.a, same.a), torch.where(here, drawn.b, same.b))


class Brightness(Chromatic):
    """``x' = k x`` with ``k`` uniform from ``max(0, 1 - strength)`` to ``1 + strength``, with probability ``p``."""

    def __init__(self, strength: Number, p: Number = 1.0) -> None:
        self.strength = check_range("strength", strength, 0, math.inf)
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, generator: torch.Generator) -> ColourMap:
        """A factor for each."""
        return ColourMap(_factor(b, self.strength, generator) * torch.eye(3), torch.zeros(b, 3, 3).double())


class Contrast(Chromatic):
    """``x' = k x + (1 - k) grey(m)``: away from the image's mean brightness or towards it.

    ``k`` is uniform from ``max(0, 1 - strength)`` to ``1 + strength``; ``p`` is the probability.
    """

    def __init__(self, strength: Number, p: Number = 1.0) -> None:
        self.strength = check_range("strength", strength, 0, math.inf)
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, generator: torch.Generator) -> ColourMap:
        """A factor for each."""
        k = _factor(b, self.strength, generator)
        return ColourMap(k * torch.eye(3), (1 - k) * _TO_GREY)


class Saturation(Chromatic):
    """``x' = k x + (1 - k) grey(x)``: away from grey or towards it; nothing happens to a grey image.

    ``k`` is uniform from ``max(0, 1 - strength)`` to ``1 + strength``; ``p`` is the probability.
    """

    def __init__(self, strength: Number, p: Number = 1.0) -> None:
        self.strength = check_range("strength", strength, 0, math.inf)
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, generator: torch.Generator) -> ColourMap:
        """A factor for each."""
        k = _factor(b, self.strength, generator)
        return ColourMap(k * torch.eye(3) + (1 - k) * _TO_GREY, torch.zeros(b, 3, 3).double())


class Hue(Chromatic):
    """Turn the hues by ``2π t`` in the plane of I and Q, at equal brightness Y; nothing happens to a grey image.

    ``x' = V⁻¹ R V x`` with ``V`` from red, green and blue to Y, I and Q (the colours of NTSC television) and the
    rotation ``R`` of the last two; ``t`` is uniform from ``-turns`` to ``turns``, at most half a turn. Unlike a shift
    of the hue in HSV it is linear and keeps the brightness.
    """

    def __init__(self, turns: Number, p: Number = 1.0) -> None:
        self.turns = check_range("turns", turns, 0, 0.5)
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, generator: torch.Generator) -> ColourMap:
        """An angle for each."""
        angle = uniform(b, -2 * math.pi * self.turns, 2 * math.pi * self.turns, generator)
        r = torch.eye(3).double().repeat(b, 1, 1)
        r[:, 1, 1], r[:, 1, 2], r[:, 2, 1], r[:, 2, 2] = angle.cos(), -angle.sin(), angle.sin(), angle.cos()
        return ColourMap(_FROM_YIQ @ r @ _TO_YIQ, torch.zeros(b, 3, 3).double())


class Grayscale(Chromatic):
    """``x' = grey(x)`` in all channels, with probability ``p``; nothing happens to a grey image."""

    def __init__(self, p: Number = 0.1) -> None:
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, generator: torch.Generator) -> ColourMap:
        """The same for all."""
        return ColourMap(_TO_GREY.expand(b, 3, 3), torch.zeros(b, 3, 3).double())


class ColorJitter(Chromatic):
    """Brightness, contrast, saturation and hue, in that order, all with probability ``p`` or none.

    The first three are strengths as in `Brightness`, the last are turns as in `Hue`; 0 leaves one out.
    """

    def __init__(
        self,
        brightness: Number = 0.0,
        contrast: Number = 0.0,
        saturation: Number = 0.0,
        hue: Number = 0.0,
        p: Number = 1.0,
    ) -> None:
        parts = {"brightness": brightness, "contrast": contrast, "saturation": saturation}
        for name, strength in parts.items():
            check_range(name, strength, 0, math.inf)
        check_range("hue", hue, 0, 0.5)
        every = (Brightness(brightness), Contrast(contrast), Saturation(saturation), Hue(hue))
        self.parts = tuple(part for part, given in zip(every, (*parts.values(), hue), strict=True) if given)
        self.p = check_range("p", p, 0, 1)

    def draw(self, b: int, generator: torch.Generator) -> ColourMap:
        """A map for each."""
        maps = [part.draw(b, generator) for part in self.parts]
        return reduce(ColourMap.then, maps) if maps else unchanged(b)


def unchanged(b: int) -> ColourMap:
    """The map that leaves colours as they are, for each of ``b`` images."""
    return ColourMap(torch.eye(3).double().expand(b, 3, 3), torch.zeros(b, 3, 3).double())


def _factor(b: int, strength: Number, generator: torch.Generator) -> Float64[Tensor, "b 1 1"]:
    return uniform(b, max(0.0, 1 - strength), 1 + strength, generator)[:, None, None]


def _yiq() -> Float64[Tensor, "3 3"]:
    """Rows Y, I and Q: ``I = 0.74 (r - Y) - 0.27 (b - Y)``, ``Q = 0.48 (r - Y) + 0.41 (b - Y)``."""
    red, _, blue = torch.eye(3).double() - GREY
    return torch.stack([GREY, 0.74 * red - 0.27 * blue, 0.48 * red + 0.41 * blue])


_TO_GREY = GREY.expand(3, 3)
_TO_YIQ = _yiq()
_FROM_YIQ = torch.linalg.inv(_TO_YIQ)
