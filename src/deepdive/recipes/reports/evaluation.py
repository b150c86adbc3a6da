"""What a trained network predicted of the part that it is tested on, and what simpler methods make of the same part."""

import math
from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from deepdive.training.report import Section

_HIGHER = ("accuracy", "f1", "precision", "recall", "pearson", "r2", "skill", "bleu", "map", "auroc")
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


@dataclass(frozen=True)
class Standing:
    """The network beside the strongest baseline, by one metric that was measured of both."""

    metric: str
    network: float
    baseline: str
    value: float
    """The baseline's."""
    higher_is_better: bool

    @property
    def ahead(self) -> float:
        """By how much the network is better; below 0 where the baseline is, NaN where one of them is no number.

        What single precision cannot tell apart is equal.
        """
        if math.isclose(self.network, self.value, rel_tol=1e-6):
            return 0.0
        return self.network - self.value if self.higher_is_better else self.value - self.network

    @property
    def short(self) -> str:
        """For the end of a line that begins with the metric of the network."""
        if self.ahead < 0:
            return f", worse than the baseline {self.baseline} ({self.value:.4f})"
        if self.ahead == 0:
            return f", no better than the baseline {self.baseline}"
        return f" (strongest baseline: {self.baseline} {self.value:.4f})"

    def to_json(self) -> dict[str, object]:
        """What ``result.json`` says of it."""
        return {
            "name": self.baseline,
            "metric": self.metric,
            "value": self.value,
            "network": self.network,
            "network_is_better": self.ahead > 0,
        }

    def __str__(self) -> str:
        if self.ahead > 0:
            return (
                f"The network is better than the strongest baseline ({self.baseline}) by {self.ahead:.4g} in "
                f"{self.metric}."
            )
        if self.ahead != self.ahead:
            return f"{self.metric} of the network is no number."
        if self.ahead == 0:
            return (
                f"The network is as good as the strongest baseline ({self.baseline}) in {self.metric}, and no better."
            )
        behind = f"{-self.ahead:.4g} in {self.metric}"
        return f"The strongest baseline ({self.baseline}) is better than the network by {behind}."


def standing(
    measured: Mapping[str, float],
    baselines: Mapping[str, Mapping[str, float]],
    main: str | None = None,
    higher: bool | None = None,
) -> Standing | None:
    """By the ``main`` metric of the network, or where no baseline has that by the first that one has, the test's first.

    ``higher`` says what is better of ``main`` where its name does not. ``None``: nothing was measured of both.

    >>> standing({"test_accuracy": 0.8}, {"majority class": {"test_accuracy": 0.5}}).short
    ' (strongest baseline: majority class 0.5000)'
    """
    names = sorted(measured, key=lambda name: (name != main, not name.startswith("test_")))
    for name in names:
        known = higher_is_better(name) if name != main or higher is None else higher
        best = strongest(name, baselines, known)
        if best is not None and known is not None:
            return Standing(name, measured[name], *best, known)
    return None
