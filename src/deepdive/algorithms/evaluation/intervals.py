"""How much a test set says of a classifier: confidence intervals of its accuracy (D2L section 4.6)."""

import math
from collections.abc import Callable, Mapping
from typing import NamedTuple

import torch
from jaxtyping import Bool, Float64, Real
from torch import Tensor

from deepdive.signatures import checked

Count = Real[Tensor, "*shape"] | int | float
"""How many of ``n`` examples are right; a tensor holds one count per test set."""


class Interval(NamedTuple):
    """Lower and upper ends in [0, 1], one pair per test set."""

    lower: Float64[Tensor, "*shape"]
    upper: Float64[Tensor, "*shape"]

    @property
    def width(self) -> Float64[Tensor, "*shape"]:
        """``upper - lower``."""
        return self.upper - self.lower

    @checked
    def covers(self, p: float) -> Bool[Tensor, "*shape"]:
        """Whether ``p`` lies within, ends included."""
        return (self.lower <= p) & (p <= self.upper)


@checked
def hoeffding_interval(correct: Count, n: int, confidence: float = 0.95) -> Interval:
    """``p̂ ± √(ln(2 / δ) / 2n)`` with ``p̂ = correct / n``, ``δ = 1 - confidence`` (Hoeffding, 1963).

    Covers the true accuracy at least at the stated rate for every ``n``, and is therefore wide.

    Raises:
        ValueError: ``n`` below 1, ``correct`` outside of [0, n] or not whole, or ``confidence`` outside of (0, 1).
    """
    p = _share(correct, n, confidence)
    e = math.sqrt(math.log(2 / (1 - confidence)) / (2 * n))
    return _clamped(p - e, p + e)


@checked
def wald_interval(correct: Count, n: int, confidence: float = 0.95) -> Interval:
    """``p̂ ± z √(p̂ (1 - p̂) / n)`` with the normal quantile ``z`` at ``(1 + confidence) / 2``.

    D2L's asymptotic interval, from the central limit theorem. Too narrow for small ``n`` and for accuracies
    near 0 or 1, where it may have no width at all.

    Raises:
        ValueError: as `hoeffding_interval`.
    """
    p = _share(correct, n, confidence)
    e = normal_quantile(confidence) * (p * (1 - p) / n).sqrt()
    return _clamped(p - e, p + e)


@checked
def wilson_interval(correct: Count, n: int, confidence: float = 0.95) -> Interval:
    """All ``p`` with ``|p̂ - p| ≤ z √(p (1 - p) / n)``: with the standard deviation of ``p``, not of ``p̂``.

    ``(p̂ + z²/2n ± z √(p̂ (1 - p̂) / n + z²/4n²)) / (1 + z²/n)`` (Wilson, 1927). Covers at about the stated rate.

    Raises:
        ValueError: as `hoeffding_interval`.
    """
    p, z = _share(correct, n, confidence), normal_quantile(confidence)
    scale = 1 + z * z / n
    centre = (p + z * z / (2 * n)) / scale
    e = z * (p * (1 - p) / n + z * z / (4 * n * n)).sqrt() / scale
    lower, upper = _clamped(centre - e, centre + e)
    # Exact where the root is, which rounding would miss by a hair.
    return Interval(torch.where(p == 0, 0.0, lower), torch.where(p == 1, 1.0, upper))


@checked
def clopper_pearson_interval(correct: Count, n: int, confidence: float = 0.95) -> Interval:
    """All ``p`` for which neither ``P(X ≥ correct)`` nor ``P(X ≤ correct)`` is below ``δ / 2``, ``X ~ Binomial(n, p)``.

    The ends are quantiles of Beta(correct, n - correct + 1) and Beta(correct + 1, n - correct) (Clopper and Pearson,
    1934). Covers at least at the stated rate for every ``n`` and ``p``.

    Raises:
        ValueError: as `hoeffding_interval`.
    """
    from scipy.special import betaincinv  # takes as long to import as all else that is needed here

    whole = (_share(correct, n, confidence) * n).round()
    tail, some, rest = (1 - confidence) / 2, whole.clamp(min=1).numpy(), whole.clamp(max=n - 1).numpy()
    lower = torch.as_tensor(betaincinv(some, n - some + 1, tail))
    upper = torch.as_tensor(betaincinv(rest + 1, n - rest, 1 - tail))
    return Interval(torch.where(whole == 0, 0.0, lower), torch.where(whole == n, 1.0, upper))


INTERVALS: Mapping[str, Callable[[Count, int, float], Interval]] = {
    "hoeffding": hoeffding_interval,
    "wald": wald_interval,
    "wilson": wilson_interval,
    "clopper-pearson": clopper_pearson_interval,
}
"""Every interval by its name."""


@checked
def normal_quantile(confidence: float) -> float:
    """The ``z`` of ``P(|Z| ≤ z) = confidence``, ``Z`` standard normal: 1.96 for 0.95.

    Raises:
        ValueError: ``confidence`` is outside of (0, 1).
    """
    check_confidence(confidence)
    return float(torch.special.ndtri(torch.tensor((1 + confidence) / 2, dtype=torch.float64)))


@checked
def check_confidence(confidence: float) -> None:
    """Raise a ValueError unless ``confidence`` is between 0 and 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence must be between 0 and 1, exclusive, got {confidence}")


def _share(correct: Count, n: int, confidence: float) -> Float64[Tensor, "*shape"]:
    check_confidence(confidence)
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    k = torch.as_tensor(correct).to(torch.float64)
    if not bool(((k >= 0) & (k <= n)).all()):
        wrong = k[~((k >= 0) & (k <= n))].flatten()[0]
        raise ValueError(f"correct must be in [0, {n}], the number of examples, got {wrong:g}")
    whole = k.round()
    broken = (k - whole).abs() > 1e-6  # a fraction times n is rounded
    if bool(broken.any()):
        raise ValueError(f"correct must be a whole number of examples, got {float(k[broken].flatten()[0])}")
    return whole / n


def _clamped(lower: Tensor, upper: Tensor) -> Interval:
    return Interval(lower.clamp(0, 1), upper.clamp(0, 1))
