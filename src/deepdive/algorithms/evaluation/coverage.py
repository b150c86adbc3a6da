"""How often an interval holds the true accuracy: by simulation, and by adding up the binomial distribution."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator

from deepdive.algorithms.evaluation.intervals import Interval
from deepdive.signatures import checked


@dataclass(frozen=True)
class Coverage:
    """What became of many test sets."""

    rate: float
    """Fraction of the intervals that held the true accuracy."""
    standard_error: float
    """Of the rate: ``√(rate (1 - rate) / trials)``."""
    mean_width: float
    """Of the intervals."""


@checked
def simulate_coverage(
    interval: Callable[[Any, int, float], Interval],
    accuracy: float,
    n: int,
    confidence: float = 0.95,
    *,
    trials: int = 100_000,
    seed: int = 0,
) -> Coverage:
    """Draw ``trials`` test sets of ``n`` examples for a classifier of known ``accuracy``, with an interval for each.

    The number of right answers is Binomial(n, accuracy), so one number stands for a test set.

    Raises:
        ValueError: ``accuracy`` is outside of [0, 1], or ``n`` or ``trials`` is below 1.
    """
    _check(accuracy, n)
    if trials < 1:
        raise ValueError(f"trials must be at least 1, got {trials}")
    generator = Generator().manual_seed(seed)
    size = torch.full((trials,), float(n), dtype=torch.float64)
    correct, times = torch.binomial(size, torch.full_like(size, accuracy), generator).unique(return_counts=True)
    found, share = interval(correct, n, confidence), times.double() / trials
    rate = min(1.0, float((found.covers(accuracy) * share).sum()))
    return Coverage(rate, (rate * (1 - rate) / trials) ** 0.5, float((found.width * share).sum()))


@checked
def exact_coverage(
    interval: Callable[[Any, int, float], Interval], accuracy: float, n: int, confidence: float = 0.95
) -> float:
    """``Σ_k P(X = k) [p in interval(k)]`` for ``X ~ Binomial(n, p)`` and ``p = accuracy``.

    Raises:
        ValueError: ``accuracy`` is outside of [0, 1], or ``n`` is below 1.
    """
    _check(accuracy, n)
    k = torch.arange(n + 1, dtype=torch.float64)
    size, p = torch.tensor(float(n), dtype=torch.float64), torch.tensor(accuracy, dtype=torch.float64)
    log_ways = torch.lgamma(size + 1) - torch.lgamma(k + 1) - torch.lgamma(size - k + 1)
    chance = (log_ways + torch.xlogy(k, p) + torch.special.xlog1py(size - k, -p)).exp()
    return float((chance * interval(k, n, confidence).covers(accuracy)).sum())


def _check(accuracy: float, n: int) -> None:
    if not 0 <= accuracy <= 1:
        raise ValueError(f"accuracy must be in [0, 1], got {accuracy}")
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
