"""Learning-rate range test: train a little while the rate grows, and see when the loss falls and when it breaks out."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from deepdive.checks import check_bounds, check_integer
from deepdive.figures import BLUE, GREY, ORANGE, figure_style, log_scale
from deepdive.signatures import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

DIVERGED = 4.0
"""A smoothed loss so many times as far above the best one as the first was, or the best one itself, ends a test."""
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
    ratio = math.log(highest / lowest) / (steps - 1)
    return [lowest * math.exp(ratio * t) for t in range(steps)]


@checked
def smoothed(losses: Sequence[float], decay: float = 0.8) -> list[float]:
    """``s_t = decay s_{t-1} + (1 - decay) l_t``, divided by ``1 - decay^t``, so that the first one counts fully.

    >>> smoothed([4.0, 4.0, 1.0], decay=0.5)
    [4.0, 4.0, 2.2857142857142856]

    Raises:
        ValueError: ``decay`` is not in [0, 1).
    """
    check_bounds("decay", decay, 0, below=1)
    found, mean = [], 0.0
    for t, loss in enumerate(losses, 1):
        mean = decay * mean + (1 - decay) * loss
        found.append(mean / (1 - decay**t))
    return found


@checked
def has_diverged(losses: Sequence[float], decay: float = 0.8) -> bool:
    """Whether the last smoothed loss is not finite, or has risen above the best by more than four times what was won.

    Raises:
        ValueError: ``decay`` is not in [0, 1).
    """
    if losses and not math.isfinite(losses[-1]):
        return True
    curve = smoothed(losses, decay)
    if len(curve) < _LEAST:
        return False
    best = min(curve)
    return curve[-1] > best + max((DIVERGED - 1) * abs(best), DIVERGED * (curve[0] - best))


@dataclass(frozen=True)
class RangeTest:
    """Rates, losses of single steps and smoothed, the proposal, and the rate at which the loss breaks out."""

    rates: list[float]
    losses: list[float]
    curve: list[float]
    proposal: float
    breaks_at: float


@checked
def propose_rate(rates: Sequence[float], losses: Sequence[float], decay: float = 0.8) -> RangeTest:
    """A tenth of the rate at which the loss breaks out (Smith, 2018).

    That is where the smoothed loss, once it was lowest, has given back a fifth of what it had won; the last rate, if it
    never does.

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
    finite = next((i for i, loss in enumerate(losses) if not math.isfinite(loss)), len(losses))
    if finite < _LEAST:
        raise ValueError(f"losses must be finite for at least {_LEAST} steps, got {finite}; begin with a lower rate")
    rates, losses = list(rates[:finite]), list(losses[:finite])
    curve = smoothed(losses, decay)
    place = min(range(len(curve)), key=curve.__getitem__)
    if place == 0:
        raise ValueError("losses must fall before they rise, got the lowest in the first step; begin with a lower rate")
    bound = curve[place] + _GIVEN_BACK * (curve[0] - curve[place])
    breaks = next((i for i in range(place, len(curve)) if curve[i] > bound), len(curve) - 1)
    return RangeTest(rates, losses, curve, rates[breaks] / _MARGIN, rates[breaks])


@checked
def range_test_figure(test: RangeTest) -> "Figure":
    """Losses by the rate, single and smoothed, with the proposal."""
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(6.4, 3.6), facecolor="white", layout="constrained")
        ax = figure.subplots()
        ax.plot(test.rates, test.losses, ".", color=GREY, alpha=0.5, label="one step")
        ax.plot(test.rates, test.curve, color=BLUE, label="smoothed")
        ax.axvline(test.proposal, color=ORANGE, ls="--", label=f"proposal {test.proposal:.2g}")
        log_scale(ax, "x")
        low, high = min(test.curve), max(test.curve[: max(2, len(test.curve) // 2)])
        ax.set_ylim(low - 0.1 * (high - low), high + 0.6 * (high - low) + 1e-12)
        ax.set_xlabel("learning rate")
        ax.set_ylabel("training loss")
        ax.legend(fontsize="small")
    return figure
