"""Baselines of a metric that only its experiment can measure: they are named, not fitted here."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from torch import Tensor

from deepdive.recipes.reports.evaluation import Baseline, Baselines, Evaluation
from deepdive.training.report import Section


@dataclass(frozen=True)
class NamedEvaluation(Evaluation):
    """A network whose predictions the experiment shows itself, beside baselines that it names."""

    make: Callable[[], tuple[Baseline, ...]]
    """Measures them, with the names of the network's metrics; called once in a run."""
    notes: tuple[str, ...] = ()

    def sections(self) -> list[Section]:
        """None: they are the experiment's own."""
        return []

    def measures(self) -> dict[str, float]:
        """None beside the metrics of the training."""
        return {}

    def baselines(self, *, fitted: bool) -> Baselines:
        """Those that are named, whether others are fitted or not: they cost next to nothing."""
        return Baselines(self.make(), self.notes)


def constant_accuracy(train: Tensor, tested: Mapping[str, Tensor], names: Callable[[int], str], what: str) -> Baseline:
    """The most frequent of the training targets for all: the accuracy on each of the ``tested`` ones, by metric.

    >>> import torch
    >>> constant_accuracy(torch.tensor([1, 1, 0]), {"test_accuracy": torch.tensor([1, 0])}, str, "rows").metrics
    {'test_accuracy': 0.5}
    """
    most = int(train.bincount().argmax())
    metrics = {name: float((true == most).double().mean()) for name, true in tested.items() if len(true)}
    return Baseline("majority class", metrics, f"always {names(most)!r}, the most frequent of the training {what}")
