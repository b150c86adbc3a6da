"""Precision, recall and F1, of one class or as a mean over classes."""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal, get_args

import torch
from jaxtyping import Shaped
from torch import Tensor

from deepdive.algorithms.evaluation import MeanScores, scores_of_counts
from deepdive.targets import IGNORED
from deepdive.training.metrics import Metric, most_likely
from deepdive.training.scores.targets import class_numbers, one_per_example
from deepdive.training.thresholds import Thresholded

Average = Literal["macro", "weighted", "micro", "positive"]
"""What a score of several classes is: the mean over those that occur; that by their numbers of examples; of all
examples taken together; or that of class 1 alone."""


class ClassMetric(Thresholded, Metric):
    """What a score of classes is made of: how often each was predicted, was true, and was both.

    Outputs are logits or probabilities ``(n, classes, ...)``, targets class numbers ``(n, ...)``; those of the number
    that is ignored, -100, do not count. With one output ``(n,)`` or ``(n, 1)`` per example, the classes are 0 and 1,
    and it is 1 where the output is above ``threshold``, see `Thresholded`. A fraction of nothing is 0.

    Args:
        threshold: see `Thresholded`.
        average: ``"positive"``, ``"macro"``, ``"weighted"`` or ``"micro"``, as scikit-learn's ``average=`` has them
            (``"binary"`` is its word for the first). If not given, it is ``"positive"`` with one output per example
            and ``"macro"`` with several.

    Raises:
        TypeError: from ``update``, outputs are not floating-point, or targets are not integers.
        ValueError: there is no such average; from ``update``, the shapes do not fit, or a target is out of range;
            from ``compute``, ``"positive"`` of more than two classes.
    """

    higher_is_better = True
    score: ClassVar[Literal["precision", "recall", "f1"]]
    """Which of `MeanScores`."""
    predicted: Tensor
    true: Tensor
    both: Tensor

    def __init__(self, threshold: int | float | None = None, *, average: Average | None = None) -> None:
        if average is not None and average not in get_args(Average):
            raise ValueError(f"average must be one of {', '.join(get_args(Average))}, got {average!r}")
        self.set_threshold(threshold)
        super().__init__(predicted=torch.int64, true=torch.int64, both=torch.int64)
        self.predicted, self.true, self.both = (torch.zeros(0, dtype=torch.int64) for _ in range(3))
        self.average = average
        self._one_output = False

    @property
    def state(self) -> dict[str, Tensor]:
        """The counts, and whether there was one output per example."""
        return {**super().state, "one_output": torch.tensor(self._one_output)}

    def load_state(self, saved: Mapping[str, Any]) -> None:
        """Go back to a saved ``state``, of as many classes as there were."""
        for name in self._names:
            setattr(self, name, saved[name].to(getattr(self, name).device, copy=True))
        self._one_output = bool(saved["one_output"])

    def to(self, device: torch.device) -> None:
        """Accumulate on this device from now on."""
        for name in self._names:
            setattr(self, name, getattr(self, name).to(device))

    def reset(self) -> None:
        """Set every count to 0."""
        for name in self._names:
            getattr(self, name).zero_()

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add a batch."""
        true = class_numbers(outputs, targets)
        self._one_output = one_per_example(outputs)
        guesses = (outputs > self.divided_at).long() if self._one_output else most_likely(outputs)[0]
        self._grow(2 if self._one_output else outputs.shape[1], outputs.device)
        kept = (true != IGNORED).long()
        true, guesses = true.clamp(min=0), guesses.reshape(-1)
        self.predicted.index_add_(0, guesses, kept)
        self.true.index_add_(0, true, kept)
        self.both.index_add_(0, true, kept * (guesses == true))

    def compute(self) -> Tensor:
        """The score of the average that was asked for; NaN of no examples."""
        scores = scores_of_counts(self.both.cpu(), self.predicted.cpu(), self.true.cpu())
        average = self.average or ("positive" if self._one_output else "macro")
        if average != "positive":
            found: MeanScores = getattr(scores, average)
        elif len(self.true) > 2:
            raise ValueError(f"average must be macro, weighted or micro of {len(self.true)} classes, got 'positive'")
        else:
            found = scores.of(1) if self.true.sum() else MeanScores(*[float("nan")] * 3)
        return torch.tensor(getattr(found, self.score), dtype=torch.float64)

    def _grow(self, classes: int, device: torch.device) -> None:
        if not len(self.predicted):
            self.predicted, self.true, self.both = (
                torch.zeros(classes, dtype=torch.int64, device=device) for _ in range(3)
            )


class Precision(ClassMetric):
    """``precision_c = both_c / predicted_c``: of what was taken for class ``c``, what was of it; see `ClassMetric`."""

    score = "precision"


class Recall(ClassMetric):
    """``recall_c = both_c / true_c``: of what was of class ``c``, what was taken for it; see `ClassMetric`."""

    score = "recall"


class F1(ClassMetric):
    """``f1_c = 2 both_c / (predicted_c + true_c)``, the harmonic mean of precision and recall; see `ClassMetric`.

    >>> metric = F1()
    >>> metric.update(torch.tensor([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]]), torch.tensor([0, 1, 1]))
    >>> round(metric.compute().item(), 4)  # the mean of both classes
    0.6667
    >>> metric = F1(average="positive")
    >>> metric.update(torch.tensor([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0], [1.0, 0.0]]), torch.tensor([0, 1, 1, 0]))
    >>> round(metric.compute().item(), 4)  # of class 1
    0.6667
    """

    score = "f1"
