"""How a run ended: its metrics, its target, its verdict, and the same as ``result.json``."""

from dataclasses import dataclass, field
from typing import Any

import msgspec

from deepdive.recipes.registry import Target
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
            known = ", ".join(f"{name} {value:.4f}" for name, value in self.metrics.items() if name.startswith("test"))
            why = "for these settings" if self.target is None else f"as {self.target.metric} is not among the metrics"
            return f"{self.run.recipe}: {known or 'finished'}, no target {why}, {took}"
        measured = self.metrics[self.judged_by.metric]
        word = "pass" if self.passed else "MISS"
        return f"{self.run.recipe}: {self.judged_by.metric} {measured:.4f}, target {self.judged_by} {word}, {took}"

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
        return cls(run, kept.metrics, target, kept.seconds, resumed=kept.resumed, computed=kept.computed)

    def to_json(self) -> dict[str, Any]:
        """What ``result.json`` holds."""
        target = self.judged_by
        return {
            "metrics": self.metrics,
            "target": None if target is None else {"metric": target.metric, "value": target.value},
            "passed": self.passed,
            "seconds": round(self.seconds, 2),
            "resumed": self.resumed,
            "computed": self.computed,
            "verdict": self.verdict,
        }


@dataclass(frozen=True)
class _Kept:
    metrics: dict[str, float]
    seconds: float
    resumed: bool = False
    computed: dict[str, str] = field(default_factory=dict)
