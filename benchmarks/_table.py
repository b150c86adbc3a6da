"""Rows of measurements and how they are taken and shown."""

import statistics
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One measurement: ``ratio`` must be at least ``target``, or at most with ``higher_is_better=False``."""

    name: str
    ours: float
    theirs: float | None
    """The other side in the same unit; ``None`` where the target is an absolute figure."""
    ratio: float
    target: float
    higher_is_better: bool = True
    unit: str = "s"

    @property
    def ok(self) -> bool:
        return self.ratio >= self.target if self.higher_is_better else self.ratio <= self.target


@dataclass(frozen=True)
class NotApplicable:
    """What this machine cannot measure, and why."""

    name: str
    reason: str


def speed_ratio(
    name: str, ours: Callable[[], float], theirs: Callable[[], float], target: float, *, pairs: int = 5
) -> Row:
    """How many times as fast as the other side we are: the median over pairs run in turn, after one warm-up each.

    Each side returns its own seconds, so that set-up can be left out.
    """
    ours()
    theirs()
    taken = [(ours(), theirs()) if i % 2 else (theirs(), ours())[::-1] for i in range(pairs)]
    ratio = statistics.median(other / mine for mine, other in taken)
    mine, other = (statistics.median(side) for side in zip(*taken, strict=True))
    return Row(name, mine, other, ratio, target)


def seconds(work: Callable[[], object]) -> float:
    """Wall time of one call."""
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def show(rows: Iterable[Row | NotApplicable]) -> int:
    """Print rows as they come; 1 if one misses its target, else 0."""
    print(f"{'':58} {'ours':>12} {'theirs':>12} {'ratio':>8} {'target':>8}")
    status = 0
    for row in rows:
        if isinstance(row, NotApplicable):
            print(f"{row.name:<58} {row.reason}", flush=True)
            continue
        theirs = "" if row.theirs is None else f"{row.theirs:.4g} {row.unit}"
        sign = "≥" if row.higher_is_better else "≤"
        ours, target = f"{row.ours:.4g} {row.unit}", f"{sign} {row.target:g}"
        word = "ok" if row.ok else "MISS"
        print(f"{row.name:<58} {ours:>12} {theirs:>12} {row.ratio:>8.3g} {target:>8}  {word}", flush=True)
        status |= not row.ok
    return int(status)
