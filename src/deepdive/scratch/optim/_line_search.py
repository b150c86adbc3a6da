"""A step length that falls enough and is not too short (Nocedal and Wright, 2006, algorithms 3.5 and 3.6)."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

from torch import Tensor

Number = int | float | Tensor


class Point(NamedTuple):
    """What is known at a step length ``t`` along the direction ``d``."""

    t: Number
    loss: float
    gradient: Tensor
    slope: Tensor
    """``gradient · d``, the derivative of the loss by ``t``."""


@dataclass
class StrongWolfe:
    """``f(t) ≤ f(0) + c1 t f'(0)`` and ``|f'(t)| ≤ c2 |f'(0)|``: enough descent, and no steep slope left.

    ``evaluate`` gives loss and gradient at a step length. The steps are those of Schmidt's minFunc, as in the library.
    """

    evaluate: Callable[[Number], tuple[float, Tensor]]
    start: Point
    """At ``t = 0``."""
    direction: Tensor
    c1: float = 1e-4
    c2: float = 0.9
    tolerance: float = 1e-9
    """Width of the bracket, times the largest number of the direction, at which the search ends."""
    evaluations: int = 0

    def search(self, t: Number, most: int) -> Point:
        """The point found from the first guess ``t``, after ``most`` further evaluations at the latest."""
        old, new, tries = self.start, self._at(t), 0
        while tries < most:
            if self._too_high(new) or (tries > 1 and new.loss >= old.loss):
                return self._zoom([old, new], tries, most)
            if self._is_flat(new):
                return new
            if new.slope >= 0:
                return self._zoom([old, new], tries, most)
            least, largest = new.t + 0.01 * (new.t - old.t), new.t * 10
            old, new = new, self._at(minimum_of_cubic(old, new, (least, largest)))
            tries += 1
        return min((self.start, new), key=lambda point: point.loss)

    def _zoom(self, bracket: list[Point], tries: int, most: int) -> Point:
        """Narrow the bracket down, and give its end with the lower loss."""
        low = _lower(bracket)
        size, stuck = self.direction.abs().max(), False
        while tries < most and abs(bracket[1].t - bracket[0].t) * size >= self.tolerance:
            first, last = (choose(point.t for point in bracket) for choose in (min, max))
            t, margin = minimum_of_cubic(bracket[0], bracket[1]), 0.1 * (last - first)
            near = bool(min(last - t, t - first) < margin)
            if near and (stuck or t >= last or t <= first):  # near an end twice, or at it: a tenth of the width away
                t, stuck = last - margin if abs(t - last) < abs(t - first) else first + margin, False
            else:
                stuck = near
            new = self._at(t)
            tries += 1
            if self._too_high(new) or new.loss >= bracket[low].loss:
                bracket[1 - low] = new
                low = _lower(bracket)
                continue
            if self._is_flat(new):
                return new
            if new.slope * (bracket[1 - low].t - bracket[low].t) >= 0:
                bracket[1 - low] = bracket[low]
            bracket[low] = new
        return bracket[low]

    def _at(self, t: Number) -> Point:
        self.evaluations += 1
        loss, gradient = self.evaluate(t)
        return Point(t, loss, gradient, gradient.dot(self.direction))

    def _too_high(self, point: Point) -> bool:
        return bool(point.loss > self.start.loss + self.c1 * point.t * self.start.slope)

    def _is_flat(self, point: Point) -> bool:
        return bool(abs(point.slope) <= -self.c2 * self.start.slope)


def _lower(bracket: list[Point]) -> int:
    return 0 if bracket[0].loss <= bracket[1].loss else 1


def minimum_of_cubic(a: Point, b: Point, bounds: tuple[Number, Number] | None = None) -> Number:
    """Where the cubic through two points and their slopes is lowest, within bounds (by default, between them)."""
    if not a.t <= b.t:
        a, b = b, a
    least, largest = bounds or (a.t, b.t)
    d1 = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.t - b.t)
    square = d1**2 - a.slope * b.slope
    if not square >= 0:
        return (least + largest) / 2
    d2 = square.sqrt()
    t = b.t - (b.t - a.t) * ((b.slope + d2 - d1) / (b.slope - a.slope + 2 * d2))
    return min(max(t, least), largest)
