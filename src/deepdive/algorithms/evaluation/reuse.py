"""What becomes of a test set that is used again and again (D2L section 4.6.2)."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Bool
from torch import Generator, Tensor

from deepdive.algorithms.evaluation.intervals import check_confidence, wilson_interval
from deepdive.checks import check_not_empty, check_same_shape
from deepdive.signatures import checked


@checked
def bonferroni(confidence: float, comparisons: int) -> float:
    """The confidence ``1 - δ / k`` of each of ``k`` intervals that together hold with ``confidence = 1 - δ``.

    ``P(any fails) ≤ Σ P(one fails) = k δ / k`` (Bonferroni, 1936). It asks for models that were chosen before the
    test set was seen.

    Raises:
        ValueError: ``confidence`` is outside of (0, 1), or ``comparisons`` below 1.
    """
    check_confidence(confidence)
    if comparisons < 1:
        raise ValueError(f"comparisons must be at least 1, got {comparisons}")
    return 1 - (1 - confidence) / comparisons


@dataclass(frozen=True)
class Reuse:
    """The best of many models that all guess, judged on one test set; means over many such test sets."""

    best_accuracy: float
    """Of the model that looks best; its true accuracy is 1/2."""
    bound: float
    """``1/2 + √(ln k / 2n)``, which the mean of the best of k guessers does not exceed."""
    false_claims: float
    """Fraction of the test sets whose best model's own interval lies above 1/2."""
    corrected_false_claims: float
    """The same with Bonferroni's correction."""


@checked
def simulate_reuse(models: int, n: int, confidence: float = 0.95, *, trials: int = 1_000, seed: int = 0) -> Reuse:
    """Judge ``models`` binary classifiers that toss a coin on the same ``n`` examples, ``trials`` times over.

    Raises:
        ValueError: ``models``, ``n`` or ``trials`` is below 1, or ``confidence`` outside of (0, 1).
    """
    for name, value in (("models", models), ("n", n), ("trials", trials)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    size = torch.full((trials, models), float(n), dtype=torch.float64)
    correct = torch.binomial(size, torch.full_like(size, 0.5), Generator().manual_seed(seed))
    best = correct.amax(dim=1)
    alone = wilson_interval(best, n, confidence).lower > 0.5
    together = wilson_interval(best, n, bonferroni(confidence, models)).lower > 0.5
    return Reuse(
        float(best.mean() / n),
        0.5 + math.sqrt(math.log(models) / (2 * n)),
        float(alone.double().mean()),
        float(together.double().mean()),
    )


@checked
class Holdout:
    """A test set that answers every question: the exact accuracy of the predictions it is given.

    Raises:
        ValueError: there is no label.
    """

    def __init__(self, labels: Bool[Tensor, " n"]) -> None:
        check_not_empty("labels", labels)
        self.labels = labels

    @checked
    def __call__(self, predictions: Bool[Tensor, " n"]) -> float:
        """Fraction of the predictions that are right.

        Raises:
            ValueError: they are not as many as the labels.
        """
        check_same_shape("predictions", predictions, "labels", self.labels)
        return float((predictions == self.labels).double().mean())


@checked
class Ladder(Holdout):
    """A test set that tells an accuracy only where it beats the best so far by ``step`` (Blum and Hardt, 2015).

    Otherwise it repeats the best. What it tells is rounded to a multiple of ``step``, so ``k`` adaptive questions
    cost an error of about ``(ln(k n) / n)^(1/3)`` instead of ``√(k / n)``.

    Raises:
        ValueError: ``step`` is outside of (0, 1).
    """

    def __init__(self, labels: Bool[Tensor, " n"], step: float) -> None:
        if not 0 < step < 1:
            raise ValueError(f"step must be between 0 and 1, exclusive, got {step}")
        super().__init__(labels)
        self.step = step
        self.best = 0.0

    @checked
    def __call__(self, predictions: Bool[Tensor, " n"]) -> float:
        """The best accuracy so far, as far as it is told."""
        accuracy = super().__call__(predictions)
        if accuracy > self.best + self.step:
            self.best = round(accuracy / self.step) * self.step
        return self.best


@checked
def boosting_attack(holdout: Callable[[Tensor], float], n: int, questions: int, *, seed: int = 0) -> Bool[Tensor, " n"]:
    """Predictions that overfit the test set by nothing but its answers (Blum and Hardt, 2015, section 4).

    Ask for the accuracy of ``questions`` random predictions, keep those told to be better than 1/2, and let the kept
    ones vote. Knows no example and no label; on new data its accuracy is 1/2.

    Raises:
        ValueError: ``n`` or ``questions`` is below 1.
    """
    for name, value in (("n", n), ("questions", questions)):
        if value < 1:
            raise ValueError(f"{name} must be at least 1, got {value}")
    generator = Generator().manual_seed(seed)
    guesses = torch.rand(questions, n, generator=generator) < 0.5
    kept = torch.tensor([holdout(guess) > 0.5 for guess in guesses])
    votes = guesses[kept].sum(0) - kept.sum() / 2
    return torch.where(votes == 0, guesses[0], votes > 0)
