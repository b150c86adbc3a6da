"""Precision, recall and F1, each a mean over the classes."""

from collections.abc import Mapping
from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor

from deepdive.checks import check_dimensions, check_dtype, shown
from deepdive.targets import IGNORED
from deepdive.training.losses import at_hand
from deepdive.training.metrics import Metric, most_likely
from deepdive.training.thresholds import Thresholded


class ClassMetric(Thresholded, Metric):
    """What a mean over the classes is made of: how often each was predicted, was true, and was both.

    Outputs are logits or probabilities ``(n, classes, ...)``, targets class numbers ``(n, ...)``; those of the number
    that is ignored, -100, do not count. With one output ``(n,)`` or ``(n, 1)`` per example, the classes are 0 and 1,
    and it is 1 where the output is above ``threshold``, see `Thresholded`. A class that is neither predicted nor true
    does not count in the mean; a fraction of nothing is 0.

    Raises:
        TypeError: from ``update``, outputs are not floating-point, or targets are not integers.
        ValueError: from ``update``, the shapes do not fit, or a target is out of range.
    """

    higher_is_better = True
    predicted: Tensor
    true: Tensor
    both: Tensor

    def __init__(self, threshold: int | float | None = None) -> None:
        self.set_threshold(threshold)
        super().__init__(predicted=torch.int64, true=torch.int64, both=torch.int64)
        self.predicted, self.true, self.both = (torch.zeros(0, dtype=torch.int64) for _ in range(3))

    def load_state(self, saved: Mapping[str, Any]) -> None:
        """Go back to a saved ``state``, of as many classes as there were."""
        for name, value in self.state.items():
            setattr(self, name, saved[name].to(value.device, copy=True))

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add a batch."""
        check_dtype("outputs", outputs, "floating-point")
        if outputs.ndim == 1 or (outputs.ndim == 2 and outputs.shape[1] == 1):
            check_dtype("targets", targets, "integer", "boolean", "floating-point")  # 0 and 1, as their loss wants them
            if targets.shape not in (outputs.shape, outputs.shape[:1]):
                raise ValueError(f"targets must have shape {shown(outputs.shape)}, got {shown(targets.shape)}")
            classes, guesses = 2, (outputs.flatten() > self.divided_at).long()
        else:
            check_dtype("targets", targets, "integer")
            check_dimensions("targets", targets, outputs.shape[0], *outputs.shape[2:])
            classes, guesses = outputs.shape[1], most_likely(outputs)[0]
        self._grow(classes, outputs.device)
        if at_hand(targets) and targets.numel() and (most := int(targets.max())) >= classes:
            raise ValueError(f"targets must be class numbers below {classes}, the number of outputs, got {most}")
        told = targets.reshape(-1).long()
        kept = (told != IGNORED).long()
        told, guesses = told.clamp(min=0), guesses.reshape(-1)
        self.predicted.index_add_(0, guesses, kept)
        self.true.index_add_(0, told, kept)
        self.both.index_add_(0, told, kept * (guesses == told))

    def _grow(self, classes: int, device: torch.device) -> None:
        if not len(self.predicted):
            self.predicted, self.true, self.both = (
                torch.zeros(classes, dtype=torch.int64, device=device) for _ in range(3)
            )

    def _mean(self, values: Tensor) -> Tensor:
        there = (self.predicted + self.true) > 0
        return torch.where(there, values, 0.0).sum() / there.sum()


class Precision(ClassMetric):
    """``precision = mean_c both_c / predicted_c`` over the classes: of what was taken for a class, what was of it."""

    def compute(self) -> Tensor:
        """The mean over the classes."""
        return self._mean(self.both.double() / self.predicted.clamp(min=1))


class Recall(ClassMetric):
    """``recall = mean_c both_c / true_c`` over the classes: of what was of a class, what was taken for it."""

    def compute(self) -> Tensor:
        """The mean over the classes."""
        return self._mean(self.both.double() / self.true.clamp(min=1))


class F1(ClassMetric):
    """``f1 = mean_c 2 both_c / (predicted_c + true_c)`` over the classes ``c``; scikit-learn's ``average="macro"``.

    >>> metric = F1()
    >>> metric.update(torch.tensor([[2.0, 1.0], [0.0, 3.0], [1.0, 0.0]]), torch.tensor([0, 1, 1]))
    >>> round(metric.compute().item(), 4)
    0.6667
    """

    def compute(self) -> Tensor:
        """The mean over the classes."""
        return self._mean(2 * self.both.double() / (self.predicted + self.true).clamp(min=1))
