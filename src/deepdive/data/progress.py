"""How long work says how far it is: one callback, which a terminal turns into a bar."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Progress:
    """The state of one piece of work, or, with nothing done of nothing, a piece of news."""

    what: str
    """The work in words, e.g. a file name; it is the same text from start to end."""
    done: int = 0
    """How much is done, in ``unit``."""
    total: int | None = None
    """How much there is, or ``None`` where nobody knows."""
    unit: str = "bytes"
    """What is counted."""


Report = Callable[[Progress], None]
"""Whoever listens; ``None`` in its place means silence."""


@contextmanager
def progress_bars() -> Iterator[Report]:
    """A report that draws one bar per piece of work on the terminal, and plain lines elsewhere."""
    from rich.console import Console
    from rich.progress import BarColumn, TaskID, TextColumn
    from rich.progress import Progress as Bars

    console = Console(stderr=True, markup=False, emoji=False)
    tasks: dict[str, TaskID] = {}
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[count]}"))
    with Bars(*columns, console=console, transient=True, disable=not console.is_terminal) as bars:

        def report(progress: Progress) -> None:
            what = progress.what
            if what not in tasks:
                news = progress.total is None and not progress.done  # Said once, and to stay.
                tasks[what] = bars.add_task(what, total=None, count="", visible=not news)
                if news or not console.is_terminal:
                    console.print(what, highlight=False, soft_wrap=True)
            bars.update(tasks[what], completed=progress.done, total=progress.total, count=_count(progress))

        yield report


def _count(progress: Progress) -> str:
    scale, unit = (1e6, "MB") if progress.unit == "bytes" else (1, progress.unit)
    digits = 1 if scale > 1 else 0
    of_total = f" of {progress.total / scale:,.{digits}f}" if progress.total else ""
    return f"{progress.done / scale:,.{digits}f}{of_total} {unit}" if progress.done or of_total else ""
