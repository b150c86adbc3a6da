"""Learning-rate range test: train a little while the rate grows, and see when the loss falls and when it diverges."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, SupportsFloat

from deepdive.checks import check_bounds, check_integer
from deepdive.figures import BLUE, GREY, ORANGE, figure_style, log_scale
from deepdive.signatures import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DIVERGED = 4.0
"""A test ends at a smoothed loss that is so many times the best one, and as many times as far above it as the first."""
_MARGIN = 10.0
_GIVEN_BACK = 0.2
_LEAST = 10
"""Steps before which nothing is concluded."""


@checked
def geometric_rates(lowest: float, highest: float, steps: int) -> list[float]:
    """``lowest (highest / lowest)^(t / (steps - 1))`` for ``t = 0 ... steps - 1`` (Smith, 2017, with equal ratios).

    >>> [round(rate, 6) for rate in geometric_rates(0.001, 1.0, 4)]
    [0.001, 0.01, 0.1, 1.0]

    Raises:
        ValueError: not ``0 < lowest < highest``, or fewer than 2 steps.
    """
    check_bounds("lowest", lowest, above=0)
    check_bounds("highest", highest, above=lowest)
    check_integer("steps", steps, 2)
    first, last = math.log(lowest), math.log(highest)  # the quotient of the two need not be a number
    return [math.exp(first + (last - first) * t / (steps - 1)) for t in range(steps)]


@checked
def smoothed(losses: Sequence[float], decay: float = 0.8) -> list[float]:
    """``s_t = decay s_{t-1} + (1 - decay) l_t``, divided by ``1 - decay^t``, so that the first one counts fully.

    >>> smoothed([4.0, 4.0, 1.0], decay=0.5)
    [4.0, 4.0, 2.2857142857142856]

    Raises:
        ValueError: ``decay`` is not in [0, 1).
    """
    check_bounds("decay", decay, 0, below=1)
    mean = _RunningMean(decay)
    return [mean.add(loss) for loss in losses]


class _RunningMean:
    """See `smoothed`, one loss at a time."""

    def __init__(self, decay: float) -> None:
        self._decay, self._mean, self._weight = decay, 0.0, 0.0

    def add(self, loss: float) -> float:
        """The mean with one more."""
        self._mean = self._decay * self._mean + (1 - self._decay) * loss
        self._weight = self._decay * self._weight + (1 - self._decay)  # 1 - decay^t
        return self._mean / self._weight


class DivergenceWatch:
    """Hears of losses one by one and says of each whether training has diverged; see `has_diverged`.

    >>> watch = DivergenceWatch()
    >>> [watch.add(loss) for loss in (1.0, 0.5, math.nan)]
    [False, False, True]

    Raises:
        ValueError: ``decay`` is not in [0, 1).
    """

    @checked
    def __init__(self, decay: float = 0.8) -> None:
        check_bounds("decay", decay, 0, below=1)
        self._mean = _RunningMean(decay)
        self._count, self._first, self._best = 0, 0.0, math.inf

    def add(self, loss: float) -> bool:
        """Whether it has diverged with this loss, which may be NaN."""
        if not math.isfinite(loss):
            return True
        mean = self._mean.add(loss)
        self._first = self._first if self._count else mean
        self._count, self._best = self._count + 1, min(self._best, mean)
        bound = self._best + max((DIVERGED - 1) * abs(self._best), DIVERGED * (self._first - self._best))
        return self._count >= _LEAST and mean > bound


@checked
def has_diverged(losses: Sequence[SupportsFloat], decay: float = 0.8) -> bool:
    """Whether the last loss is not finite, or smoothed it is far above the best smoothed one, by both of two measures.

    It has risen by more than three times the best loss's size, to more than four times a positive one, and by more than
    four times what had been won since the first loss. Of fewer than ten losses only one that is not finite tells.

    Raises:
        ValueError: ``decay`` is not in [0, 1).
    """
    watch = DivergenceWatch(decay)
    return [watch.add(float(loss)) for loss in losses][-1:] == [True]


@dataclass(frozen=True)
class RangeTest:
    """Rates, losses of single steps and smoothed, the suggestion, and the rate at which the loss diverges."""

    rates: list[float]
    losses: list[float]
    curve: list[float]
    suggestion: float
    diverges_at: float


@checked
def suggest_lr(rates: Sequence[float], losses: Sequence[SupportsFloat], decay: float = 0.8) -> RangeTest:
    """A tenth of the rate at which the loss diverges.

    It diverges where the smoothed loss, once it was lowest, has given back a fifth of what it had won; else at the last
    rate. Smith (2017) reads a range of rates from such a curve and names no factor; a tenth, though of the rate with
    the lowest loss, is a convention of the fastai library. The rule here was chosen by recipes of this library, see
    ``benchmarks.training.rates``.

    Args:
        rates: of each step, growing.
        losses: of each step, with the weights before it; what follows the first that is not finite is left out.
        decay: of the smoothing.

    Raises:
        ValueError: there are fewer than ten finite losses, not as many rates, or the loss falls nowhere.
    """
    check_bounds("decay", decay, 0, below=1)
    if len(rates) != len(losses):
        raise ValueError(f"rates must be one for each of {len(losses)} losses, got {len(rates)}")
    every = [float(loss) for loss in losses]
    finite = next((i for i, loss in enumerate(every) if not math.isfinite(loss)), len(every))
    if finite < _LEAST:
        raise ValueError(f"losses must be finite for at least {_LEAST} steps, got {finite}; begin with a lower rate")
    rates, known = list(rates[:finite]), every[:finite]
    curve = smoothed(known, decay)
    place = min(range(len(curve)), key=curve.__getitem__)
    if place == 0:
        raise ValueError("losses must fall before they rise, got the lowest in the first step; begin with a lower rate")
    bound = curve[place] + _GIVEN_BACK * (curve[0] - curve[place])
    breaks = next((i for i in range(place, len(curve)) if curve[i] > bound), len(curve) - 1)
    return RangeTest(rates, known, curve, rates[breaks] / _MARGIN, rates[breaks])


@checked
def range_test_figure(test: RangeTest) -> "Figure":
    """Losses by the rate, single and smoothed, with the suggestion."""
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(6.4, 3.6), facecolor="white", layout="constrained")
        ax = figure.subplots()
        ax.plot(test.rates, test.losses, ".", color=GREY, alpha=0.5, label="one step")
        ax.plot(test.rates, test.curve, color=BLUE, label="smoothed")
        ax.axvline(test.suggestion, color=ORANGE, ls="--", label=f"suggestion {test.suggestion:.2g}")
        log_scale(ax, "x")
        low, high = min(test.curve), max(test.curve[: max(2, len(test.curve) // 2)])
        ax.set_ylim(low - 0.1 * (high - low), high + 0.6 * (high - low) + 1e-12)
        ax.set_xlabel("learning rate")
        ax.set_ylabel("training loss")
        ax.legend(fontsize="small")
    return figure
