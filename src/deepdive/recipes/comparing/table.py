"""A comparison as text: tables that fit a terminal, some runs at a time."""

from collections.abc import Iterator, Sequence
from typing import Any

from deepdive.names import cut, display_width, printable
from deepdive.recipes.comparing.runs import ABSENT, DATA, ComparedRun, Comparison
from deepdive.recipes.reports.evaluation import higher_is_better

_NAME, _CELL, _GAP = 32, 20, 2
Rows = Sequence[tuple[str, Sequence[str]]]


def comparison_text(comparison: Comparison, width: int = 80) -> str:
    """The runs under letters; settings that differ; metrics with baselines below them, the best of each marked."""
    heads = [run.letter for run in comparison.readable]
    lines = [*_runs(comparison)]
    if differing := setting_rows(comparison):
        lines += ["", "Settings that differ", *blocks(differing, heads, width)]
    else:
        lines += ["", "No settings differ." if len({run.recipe for run in comparison.readable}) == 1 else ""]
    for letters, names in comparison.partial.items():
        lines += _wrapped(f"Only {letters}: {', '.join(names)}", width)
    lines += ["", *_wrapped(f"Metrics ({marked(comparison)})", width), *blocks(metric_rows(comparison), heads, width)]
    return "\n".join(line.rstrip() for line in lines)


def marked(comparison: Comparison) -> str:
    """Which of the metrics have a star, and if none has, why."""
    if differing := comparison.incomparable:
        names = [name for name in differing if name != DATA]
        data = ["the data differ"] if DATA in differing else []
        runs = [f"the runs differ in {', '.join(map(printable, names))}"] if names else []
        return f"none is marked as the best: {', and '.join(data + runs)}"
    return "* is the best"


def setting_rows(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """A row for each setting that differs."""
    return [(name, [shown(value) for value in values]) for name, values in comparison.differing.items()]


def metric_rows(comparison: Comparison) -> list[tuple[str, list[str]]]:
    """A row for each metric, and below it one for each of its baselines; then seconds and parameters."""
    rows = []
    for metric in comparison.metrics:
        values = [run.metrics.get(metric) for run in comparison.readable]
        best = None if comparison.incomparable else _best(metric, values)
        rows.append((metric, [f"{_number(value)}{'*' * (value is not None and value == best)}" for value in values]))
        for name in comparison.baselines(metric):
            rows.append((f"  {name}", [_number(_baseline(run, name, metric)) for run in comparison.readable]))
    rows.append(("seconds", ["-" if run.seconds is None else f"{run.seconds:.1f}" for run in comparison.readable]))
    if any(run.parameters is not None for run in comparison.readable):
        counts = [run.parameters for run in comparison.readable]
        rows.append(("parameters", ["-" if n is None else f"{n:,}" for n in counts]))
    return rows


def blocks(rows: Rows, heads: Sequence[str], width: int) -> Iterator[str]:
    """The rows with as many runs side by side as fit, then with the next ones."""
    names = [_cut(name, _NAME) for name, _ in rows]
    left = max(map(display_width, names), default=0)
    cells = [[_cut(cell, _CELL) for cell in row] for _, row in rows]
    at = 0
    while at < len(heads):
        widths: list[int] = []
        while at + len(widths) < len(heads):
            column = at + len(widths)
            widths.append(max([len(heads[column]), *(display_width(row[column]) for row in cells)]))
            if len(widths) > 1 and left + sum(widths) + _GAP * len(widths) > width:
                widths.pop()
                break
        part = slice(at, at + len(widths))
        yield _line("", heads[part], left, widths)
        for name, row in zip(names, cells, strict=True):
            yield _line(name, row[part], left, widths)
        at += len(widths)


def shown(value: Any) -> str:
    """A setting in a word or two."""
    if value is ABSENT:
        return "-"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(shown, value)) or "none"
    return "none" if value is None else printable(value)


def _runs(comparison: Comparison) -> Iterator[str]:
    for run in comparison.runs:
        began = run.created[:16].replace("T", " ")
        facts = ", ".join(printable(each) for each in (run.recipe, run.preset, began) if each)
        yield f"{run.letter}  {f'{facts}: ' if facts else ''}{printable(run.state)}"
        yield f"   {printable(run.folder)}"
    yield from map(printable, comparison.notes)


def _baseline(run: ComparedRun, name: str, metric: str) -> float | None:
    return run.baselines.get(name, {}).get(metric)


def _best(metric: str, values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None and value == value]
    better = higher_is_better(metric)
    return None if better is None or len(known) < 2 else (max if better else min)(known)


def _number(value: float | None) -> str:
    if value is None:
        return "-"
    return f"{value:.4f}" if 1e-3 <= abs(value) < 1e3 or value == 0 else f"{value:.4g}"


def _cut(text: str, most: int) -> str:
    """The end of a long value tells more than its beginning, as of a path; of a name the beginning."""
    return cut(printable(text), most, keep="end" if "/" in text else "start")


def _line(name: str, cells: Sequence[str], left: int, widths: Sequence[int]) -> str:
    parts = (f"{' ' * (_GAP + size - display_width(cell))}{cell}" for cell, size in zip(cells, widths, strict=True))
    return f"{name}{' ' * (left - display_width(name))}{''.join(parts)}"


def _wrapped(text: str, width: int) -> list[str]:
    import textwrap

    return textwrap.wrap(printable(text), width, subsequent_indent="  ", break_long_words=False)
