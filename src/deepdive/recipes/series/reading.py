"""A series as the settings say, and new ones like it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from deepdive.data.progress import Report
from deepdive.data.series import Gaps, Order, Series, load_series, read_series
from deepdive.data.tables import NamedTable
from deepdive.names import apart
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.series import NamedSeries
from deepdive.recipes.predictions import Value, to_csv
from deepdive.recipes.series.settings import SeriesSettings
from deepdive.training import Run

_TYPED = 24
"""Numbers that somebody would type."""


def series_of(settings: SeriesSettings, report: Report) -> Series:
    """The series to learn from.

    Raises:
        ValueError: the file is no series; names it.
        FileNotFoundError: there is no such file.
    """
    return load_series(settings.data, settings.column, report=report, **_how(settings, None, None, None))


def series_like(
    settings: SeriesSettings,
    file: Path | NamedTable | NamedSeries,
    column: str,
    time: str | None,
    gaps: Gaps | None,
    order: Order | None,
) -> Series:
    """The same column of another file or table; where an option is ``None``, that of the settings counts.

    Numbers in memory come without times, and are from old to new.

    Raises:
        ValueError: the file is no series or lacks the column; names it.
    """
    how = _how(settings, time, gaps, order)
    if isinstance(file, NamedSeries):
        return read_series(file.table(column), column, **how | {"time": None, "order": "keep"})
    return read_series(file, column, **how)


def path_of(given: Path | NamedTable | NamedSeries) -> Path:
    """The path of a file, or the name of what is in memory."""
    return given if isinstance(given, Path) else given.path


def series_example(run: Run, settings: SeriesSettings, series: Series, count: int) -> Example:
    """The last values of a series: as a file of the run, and typed where they are few."""
    values = series.values[-count:].tolist()
    columns: dict[str, Sequence[Value]] = {series.name: values}
    if series.times is not None:
        columns = {settings.time or apart("time", [series.name]): series.times[-count:]} | columns
    rows = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    written = Example.written(run.folder, "example.csv", to_csv(rows, [*columns]))
    return Example(written.words, repr(values)) if count <= _TYPED else written


def _how(settings: SeriesSettings, time: str | None, gaps: Gaps | None, order: Order | None) -> dict[str, Any]:
    return {
        "time": settings.time if time is None else time,
        "gaps": settings.gaps if gaps is None else gaps,
        "order": settings.order if order is None else order,
        "delimiter": settings.delimiter,
    }
