"""How a run ended: its metrics, its target, its verdict, and the same as ``result.json``."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from deepdive.recipes.registry import Target
from deepdive.recipes.reports.evaluation import Standing, standing
from deepdive.training import Run, RunError


@dataclass(frozen=True)
class Outcome:
    """How a run ended."""

    run: Run
    metrics: dict[str, float]
    target: Target | None
    """That of the recipe for these settings, if there is one."""
    seconds: float
    """Of this session, set-up and test included."""
    resumed: bool = False
    """Whether other sessions came before this one."""
    computed: dict[str, str] = field(default_factory=dict)
    """Precision and layout."""
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)
    """By the name of a simpler method, its metrics on the same part of the data."""
    measures: dict[str, float] = field(default_factory=dict)
    """What was measured of the predictions beside the metrics of the training, e.g. ``test_macro_f1``."""
    parameters: int | None = None
    """How many numbers the network learns; ``None`` where there is not one network."""
    epoch: int | None = None
    """The epoch of the weights that were tested, and of ``train_`` and ``val_`` metrics; ``None``: not one alone."""
    problem: str = ""
    """Why there is no report, empty if there is one."""

    @property
    def environment(self) -> dict[str, str]:
        """All that the result depends on besides settings and code."""
        return self.run.environment | self.computed

    @property
    def judged_by(self) -> Target | None:
        """The target, if its metric was measured: of a table of classes there is no error in numbers."""
        return self.target if self.target is not None and self.target.metric in self.metrics else None

    @property
    def passed(self) -> bool:
        """Whether the target is reached; true where there is none to be judged by."""
        return self.judged_by is None or self.judged_by.passed(self.metrics[self.judged_by.metric])

    @property
    def verdict(self) -> str:
        """One line: metric, target, pass or miss, time."""
        took = f"{self.seconds:.1f} s" + (" since the resume" if self.resumed else "")
        if self.judged_by is None:
            known = ", ".join(map(self._measured, (name for name in self.metrics if name.startswith("test"))))
            why = "for these settings" if self.target is None else f"as {self.target.metric} is not among the metrics"
            return f"{self.run.recipe}: {known or 'finished'}, no target {why}, {took}"
        measured, beside = self._measured(self.judged_by.metric), self.standing
        if beside is not None and beside.metric != self.judged_by.metric:
            measured += f", {beside.metric} {beside.network:.4f}{beside.short}"
        word = "pass" if self.passed else "MISS"
        return f"{self.run.recipe}: {measured}, target {self.judged_by} {word}, {took}"

    @property
    def main_metric(self) -> str | None:
        """What a reader looks for: the target's metric, else the first that a baseline has, too, else the first."""
        if self.judged_by is not None:
            return self.judged_by.metric
        if self.standing is not None and self.standing.metric in self.metrics:
            return self.standing.metric
        return next((name for name in self.metrics if name.startswith("test_")), next(iter(self.metrics), None))

    @property
    def standing(self) -> Standing | None:
        """The network beside the strongest baseline: by the target's metric, else by the first that both have."""
        target = self.judged_by
        main, higher = (None, None) if target is None else (target.metric, target.higher_is_better)
        more = {name: value for name, value in self.measures.items() if name not in self.metrics}
        return standing(self.metrics | more, self.baselines, main, higher)

    def _measured(self, metric: str) -> str:
        """A metric and its value; of the one that is compared the strongest baseline's, too."""
        told, beside = f"{metric} {self.metrics[metric]:.4f}", self.standing
        return told if beside is None or metric != beside.metric else f"{told}{beside.short}"

    @classmethod
    def of(cls, run: Run, target: Target | None) -> "Outcome":
        """That of a run that has ended.

        Raises:
            RunError: ``result.json`` is missing or damaged.
        """
        try:
            kept = msgspec.convert(run.read_json("result.json"), _Kept)
        except msgspec.ValidationError as error:
            raise RunError(f"{run.folder / 'result.json'} is damaged: {error}") from error
        known = {name: getattr(kept, name) for name in _KEPT}
        return cls(run, kept.metrics, target, kept.seconds, **known)

    def to_json(self) -> dict[str, Any]:
        """What ``result.json`` holds."""
        target = self.judged_by
        return {
            "metrics": self.metrics,
            "epoch": self.epoch,
            "measures": self.measures,
            "baselines": self.baselines,
            "strongest_baseline": None if self.standing is None else self.standing.to_json(),
            "target": None if target is None else {"metric": target.metric, "value": target.value},
            "passed": self.passed,
            "seconds": round(self.seconds, 2),
            "resumed": self.resumed,
            "computed": self.computed,
            "chosen": self.run.chosen,
            "parameters": self.parameters,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class _Kept:
    metrics: dict[str, float]
    seconds: float
    resumed: bool = False
    computed: dict[str, str] = field(default_factory=dict)
    baselines: dict[str, dict[str, float]] = field(default_factory=dict)
    measures: dict[str, float] = field(default_factory=dict)
    parameters: int | None = None
    epoch: int | None = None


_KEPT = ("resumed", "computed", "baselines", "measures", "parameters", "epoch")
