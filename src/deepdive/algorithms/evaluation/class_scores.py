"""How well each class is found: precision, recall, F1, and their means over classes."""

from typing import NamedTuple

import torch
from jaxtyping import Float64, Int64, Integer
from torch import Tensor

from deepdive.checks import check_bounds, check_range
from deepdive.signatures import checked


class MeanScores(NamedTuple):
    """Precision, recall and F1 of all classes together, each in [0, 1]."""

    precision: float
    recall: float
    f1: float


class ClassScores(NamedTuple):
    """One value per class."""

    precision: Float64[Tensor, " classes"]
    """Of the examples that were called so, the fraction that is."""
    recall: Float64[Tensor, " classes"]
    """Of the examples that are so, the fraction that was called so."""
    f1: Float64[Tensor, " classes"]
    """Harmonic mean of the two."""
    support: Int64[Tensor, " classes"]
    """How many examples are of the class."""

    @property
    def macro(self) -> MeanScores:
        """The mean over classes, each of which counts the same; one without examples counts as 0."""
        return self._mean(torch.ones_like(self.support))

    @property
    def weighted(self) -> MeanScores:
        """The mean over classes by their support; NaN where there are no examples."""
        return self._mean(self.support)

    def _mean(self, weights: Tensor) -> MeanScores:
        w = weights.double() / weights.sum()
        return MeanScores(*(float(scores @ w) for scores in (self.precision, self.recall, self.f1)))


@checked
def class_scores(confusion: Integer[Tensor, "classes classes"]) -> ClassScores:
    """``precision_k = C_kk / Σ_i C_ik``, ``recall_k = C_kk / Σ_j C_kj``, ``f1_k = 2 C_kk / (Σ_i C_ik + Σ_j C_kj)``.

    ``C`` is a `confusion_matrix`: rows are true classes, columns predicted ones. A fraction of nothing is 0, as
    scikit-learn's ``classification_report`` has it with ``zero_division=0``.

    >>> scores = class_scores(torch.tensor([[3, 1], [2, 4]]))
    >>> scores.precision.tolist(), scores.recall.tolist(), scores.support.tolist()
    ([0.6, 0.8], [0.75, 0.6666666666666666], [4, 6])

    Raises:
        TypeError: counts are no integers.
        ValueError: the matrix is not square, holds no class, or a count is negative.
    """
    check_bounds("num_classes", len(confusion), 1)
    check_range("confusion", confusion, 0)
    counts = confusion.long()
    right, called, true = counts.diagonal(), counts.sum(0), counts.sum(1)
    return ClassScores(_fraction(right, called), _fraction(right, true), _fraction(2 * right, called + true), true)


def _fraction(part: Tensor, whole: Tensor) -> Float64[Tensor, " classes"]:
    return part.double() / whole.clamp(min=1)
