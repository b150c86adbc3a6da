"""How large a test set must be for an interval of a given width (D2L section 4.6.1)."""

import math

from deepdive.algorithms.evaluation.intervals import check_confidence, normal_quantile
from deepdive.signatures import checked


@checked
def hoeffding_test_size(half_width: float, confidence: float = 0.95, *, two_sided: bool = True) -> int:
    """The smallest ``n`` with ``s exp(-2 n ε²) ≤ δ``: ``n ≥ ln(s / δ) / 2ε²``, ``s`` sides, ``δ = 1 - confidence``.

    Good for every accuracy. With one side and ``ε = 0.01`` it is 14,979, D2L's "roughly 15,000".

    Raises:
        ValueError: ``half_width`` ε or ``confidence`` is outside of (0, 1).
    """
    _check(half_width, confidence)
    return math.ceil(math.log((1 + two_sided) / (1 - confidence)) / (2 * half_width**2))


@checked
def normal_test_size(half_width: float, confidence: float = 0.95, *, accuracy: float = 0.5) -> int:
    """The smallest ``n`` with ``z √(p (1 - p) / n) ≤ ε`` for a classifier of accuracy ``p``; 0.5 is the worst case.

    Raises:
        ValueError: ``half_width`` ε, ``confidence`` or ``accuracy`` is outside of (0, 1).
    """
    _check(half_width, confidence)
    if not 0 < accuracy < 1:
        raise ValueError(f"accuracy must be between 0 and 1, exclusive, got {accuracy}")
    return math.ceil(accuracy * (1 - accuracy) * (normal_quantile(confidence) / half_width) ** 2)


def _check(half_width: float, confidence: float) -> None:
    check_confidence(confidence)
    if not 0 < half_width < 1:
        raise ValueError(f"half_width must be between 0 and 1, exclusive, got {half_width}")
