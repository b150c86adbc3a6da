"""A series as the settings say, and new ones like it."""

from pathlib import Path
from typing import Any

from deepdive.data.progress import Report
from deepdive.data.series import Gaps, Order, Series, load_series, read_series
from deepdive.recipes.series.settings import SeriesSettings


def series_of(settings: SeriesSettings, report: Report) -> Series:
    """The series to learn from.

    Raises:
        ValueError: the file is no series; names it.
        FileNotFoundError: there is no such file.
    """
    return load_series(settings.data, settings.column, report=report, **_how(settings, None, None, None))


def series_like(
    settings: SeriesSettings, file: Path, column: str, time: str | None, gaps: Gaps | None, order: Order | None
) -> Series:
    """The same column of another file; where an option is ``None``, that of the settings counts.

    Raises:
        ValueError: the file is no series or lacks the column; names it.
    """
    return read_series(file, column, **_how(settings, time, gaps, order))


def _how(settings: SeriesSettings, time: str | None, gaps: Gaps | None, order: Order | None) -> dict[str, Any]:
    return {
        "time": settings.time if time is None else time,
        "gaps": settings.gaps if gaps is None else gaps,
        "order": settings.order if order is None else order,
        "delimiter": settings.delimiter,
    }
