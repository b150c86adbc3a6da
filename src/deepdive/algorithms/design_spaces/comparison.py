"""Whether one space is better than another, and how surely."""

from typing import NamedTuple

import torch
from torch import Tensor

from deepdive.algorithms.design_spaces.distribution import ErrorDistribution
from deepdive.checks import check_bounds
from deepdive.signatures import checked


class Gain(NamedTuple):
    """By how much errors are smaller in one space than in another, and the interval that holds it with confidence."""

    value: float
    lower: float
    upper: float


@checked
def area_gain(
    before: ErrorDistribution,
    after: ErrorDistribution,
    *,
    confidence: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
) -> Gain:
    """The area between two distribution functions: ``∫ (F_after(e) - F_before(e)) de = mean_before - mean_after``.

    Positive where errors are smaller ``after``. The interval is that of the percentile bootstrap: networks of both
    spaces are drawn again with replacement, ``draws`` times (Efron, 1979).

    Raises:
        ValueError: ``confidence`` is not between 0 and 1, or ``draws`` less than 1.
    """
    check_bounds("confidence", confidence, above=0, below=1)
    check_bounds("draws", draws, 1)
    generator = torch.Generator().manual_seed(seed)
    gains = _resampled_means(before, draws, generator) - _resampled_means(after, draws, generator)
    ends = torch.tensor([(1 - confidence) / 2, (1 + confidence) / 2], dtype=torch.float64)
    lower, upper = gains.quantile(ends).tolist()
    return Gain(before.mean - after.mean, lower, upper)


def _resampled_means(distribution: ErrorDistribution, draws: int, generator: torch.Generator) -> Tensor:
    """Means of networks drawn with replacement; a network's weight is what it counts, not how often it is drawn."""
    seen = distribution.weights > 0
    errors, weights = distribution.errors[seen], distribution.weights[seen]
    n = len(errors)
    which = torch.randint(n, (draws, n), generator=generator)
    return (weights[which] * errors[which]).sum(dim=1) / weights[which].sum(dim=1)


class Difference(NamedTuple):
    """Two samples by the test of Kolmogorov and Smirnov."""

    statistic: float
    """The largest distance of their distribution functions."""
    p_value: float
    """How often two samples of one distribution are so far apart, or further."""


@checked
def kolmogorov_smirnov(a: ErrorDistribution, b: ErrorDistribution) -> Difference:
    """``D = max_e |F_a(e) - F_b(e)|``, and its exact probability if both came from one continuous distribution.

    Every order of the ``m + n`` errors is then as likely as another: a path of ``m`` steps to the right and ``n``
    up. ``p_s(i)`` is the fraction of paths to ``(i, s - i)`` that stay where ``|i / m - (s - i) / n| < D``:
    ``p_s(i) = i/s p_{s-1}(i - 1) + (s - i)/s p_{s-1}(i)``, and 0 outside (Hodges, 1958). Weights are not looked at;
    ties make the probability too large rather than too small.
    """
    m, n = len(a.errors), len(b.errors)
    e = torch.cat([a.errors, b.errors])
    i, j = (torch.searchsorted(each.errors, e, right=True) for each in (a, b))
    largest = int((i * n - j * m).abs().max())  # D m n, a whole number
    right = torch.arange(m + 1)
    inside = torch.zeros(m + 1, dtype=torch.float64)
    inside[0] = 1.0
    for s in range(1, m + n + 1):
        up = s - right
        before = torch.cat([torch.zeros(1, dtype=torch.float64), inside[:-1]])
        inside = before * right / s + inside * up / s
        inside[(up < 0) | (up > n) | ((right * n - up * m).abs() >= largest)] = 0.0
    return Difference(largest / (m * n), min(1.0, max(0.0, 1 - float(inside[m]))) if largest else 1.0)
