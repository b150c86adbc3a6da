"""What a trained network predicted of the part that it is tested on, and what simpler methods make of the same part."""

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from deepdive.training.report import Section

_HIGHER = ("accuracy", "f1", "precision", "recall", "pearson", "r2", "skill", "bleu", "map")
_LOWER = ("rmse", "mae", "mse", "loss", "perplexity", "error", "ece", "mase")


@dataclass(frozen=True)
class Baseline:
    """A method that is simpler than the network, measured on the same part."""

    name: str
    """E.g. "majority class"."""
    metrics: dict[str, float]
    """Named as those of the network."""
    how: str = ""
    """What it learnt from, in words."""


@dataclass(frozen=True)
class Baselines:
    """All that were measured, and what a reader should know of those that were not."""

    entries: tuple[Baseline, ...] = ()
    notes: tuple[str, ...] = ()

    @classmethod
    def joined(cls, parts: Iterable["Baselines"]) -> "Baselines":
        """Those of several outputs of one network: what has the same name is one baseline with the metrics of all."""
        entries: dict[str, Baseline] = {}
        notes: dict[str, None] = {}
        for part in parts:
            notes |= dict.fromkeys(part.notes)
            for each in part.entries:
                known = entries.get(each.name)
                metrics = {} if known is None else known.metrics
                entries[each.name] = Baseline(each.name, metrics | each.metrics, each.how)
        return cls(tuple(entries.values()), tuple(notes))


class Evaluation(ABC):
    """The predictions for one output of a network, all of one part of the data."""

    @abstractmethod
    def sections(self) -> list[Section]:
        """What the report shows of them."""

    @abstractmethod
    def measures(self) -> dict[str, float]:
        """What is measured of them beside the metrics of the training, e.g. ``test_macro_f1``."""

    @abstractmethod
    def baselines(self, *, fitted: bool) -> Baselines:
        """Simpler methods on the same part; with ``fitted`` also models that must be trained for it.

        They learn from the training part alone, and are the same each time.
        """

    def explained(self) -> tuple[str, ...]:
        """What a reader must know to read the metrics and losses."""
        return ()


@dataclass(frozen=True)
class Assessment:
    """All evaluations of a run."""

    evaluations: tuple[Evaluation, ...] = ()
    baselines: Baselines = field(default_factory=Baselines)
    measures: Mapping[str, float] = field(default_factory=dict)
    problem: str = ""
    """Why there is none, empty if there is."""

    @property
    def metrics(self) -> dict[str, dict[str, float]]:
        """Those of each baseline, by its name."""
        return {each.name: each.metrics for each in self.baselines.entries}


def higher_is_better(metric: str) -> bool | None:
    """Whether more of a metric is better, by its name without part and output; ``None`` where the name does not say.

    >>> higher_is_better("test_accuracy"), higher_is_better("test_rmse_16"), higher_is_better("test_pace")
    (True, False, None)
    """
    words = metric.lower().split("_")
    for word in reversed(words):
        if word in _HIGHER:
            return True
        if word in _LOWER:
            return False
    return None


def strongest(
    metric: str, baselines: Mapping[str, Mapping[str, float]], higher: bool | None = None
) -> tuple[str, float] | None:
    """The baseline that is best by a metric, and its value; ``None`` where none has it, or nobody knows what is better.

    ``higher`` says what is better where the name does not.
    """
    better = higher_is_better(metric) if higher is None else higher
    known = [
        (name, each[metric]) for name, each in baselines.items() if metric in each and each[metric] == each[metric]
    ]
    if better is None or not known:
        return None
    return (max if better else min)(known, key=lambda pair: pair[1])


def main_metric(metrics: Sequence[str], baselines: Mapping[str, Mapping[str, float]]) -> str | None:
    """The first of the metrics that a baseline has, too."""
    return next((name for name in metrics if strongest(name, baselines) is not None), None)
