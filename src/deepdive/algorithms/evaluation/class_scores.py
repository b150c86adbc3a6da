"""How well each class is found: precision, recall, F1, and their means over classes."""

from typing import NamedTuple

from jaxtyping import Float64, Int64, Integer
from torch import Tensor

from deepdive.checks import check_bounds, check_range
from deepdive.signatures import checked


class MeanScores(NamedTuple):
    """Precision, recall and F1, of one class or several together, each in [0, 1]."""

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
    predicted: Int64[Tensor, " classes"]
    """How many examples were called so."""

    @property
    def macro(self) -> MeanScores:
        """The mean over classes that occur, true or predicted, each of which counts the same; NaN of no examples."""
        return self._mean((self.support + self.predicted > 0).long())

    @property
    def weighted(self) -> MeanScores:
        """The mean over classes by their support; NaN of no examples."""
        return self._mean(self.support)

    @property
    def micro(self) -> MeanScores:
        """Of all classes taken together: each is the accuracy where an example has one class; NaN of no examples."""
        right = self.recall @ self.support.double()
        predicted, true = self.predicted.sum(), self.support.sum()
        return MeanScores(float(right / predicted), float(right / true), float(2 * right / (predicted + true)))

    def of(self, k: int) -> MeanScores:
        """Of the one class ``k``."""
        return MeanScores(float(self.precision[k]), float(self.recall[k]), float(self.f1[k]))

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
    return scores_of_counts(counts.diagonal(), counts.sum(0), counts.sum(1))


@checked
def scores_of_counts(
    both: Integer[Tensor, " classes"], predicted: Integer[Tensor, " classes"], true: Integer[Tensor, " classes"]
) -> ClassScores:
    """`class_scores` of how often each class was both predicted and true, was predicted, and was true.

    >>> scores_of_counts(torch.tensor([3, 4]), torch.tensor([5, 5]), torch.tensor([4, 6])).f1.tolist()
    [0.6666666666666666, 0.7272727272727273]

    Raises:
        TypeError: counts are no integers.
        ValueError: they are not of the same number of classes, or one is negative.
    """
    for name, counts in (("both", both), ("predicted", predicted), ("true", true)):
        check_range(name, counts, 0)
    found = _fraction(both, predicted), _fraction(both, true), _fraction(2 * both, predicted + true)
    return ClassScores(*found, support=true, predicted=predicted)


def _fraction(part: Tensor, whole: Tensor) -> Float64[Tensor, " classes"]:
    return part.double() / whole.clamp(min=1)
