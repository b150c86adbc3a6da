"""The series of the registry, and any source of a series by name or by file."""

from dataclasses import dataclass
from pathlib import Path

from deepdive.data.fetching import fetch
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS, find
from deepdive.data.series.reading import Gaps, Series, read_series
from deepdive.data.series.times import Order


@dataclass(frozen=True, slots=True)
class NamedSeries:
    """How a series of the registry is read."""

    file: str
    column: str
    """What is usually forecast."""
    period: int | None
    """Steps from one season to the same one of the next cycle; ``None`` without seasons."""


SERIES = {
    "sunspots": NamedSeries("monthly-sunspots.csv", "Sunspots", 132),  # the solar cycle, 11 years on average
    "sunspots-yearly": NamedSeries("sunspots.csv", "SUNACTIVITY", 11),
    "airline-passengers": NamedSeries("airline-passengers.csv", "Passengers", 12),
    "min-temperatures": NamedSeries("daily-min-temperatures.csv", "Temp", 365),
    "sp500": NamedSeries("sp500.csv", "Close", None),
}
"""Every series of the registry by its name."""


def load_series(
    source: str | Path,
    column: str | None = None,
    *,
    time: str | None = None,
    gaps: Gaps = "refuse",
    order: Order = "refuse",
    delimiter: str | None = None,
    report: Report | None = None,
) -> Series:
    """A series of the registry, obtained first if need be, or a column of a file; see `read_series`.

    Raises:
        ValueError: no series and no file has that name, or as `read_series` says.
        FileNotFoundError: there is no such file, or no source has the named series.

    """
    if source in SERIES:
        named = SERIES[str(source)]
        path = fetch(str(source), report=report)[named.file]
        return read_series(
            path,
            named.column if column is None else column,
            time=time,
            gaps=gaps,
            order=order,
            delimiter=delimiter,
        )
    if source in DATASETS:
        raise ValueError(f"data is {source!r}, which is no series; these are: {', '.join(SERIES)}, or a file")
    path = Path(source).expanduser()
    if not path.exists() and not path.suffix:
        try:
            find(str(source))
        except ValueError as error:
            raise ValueError(f"{error}; nor is there a file of that name") from error
    return read_series(path, column, time=time, gaps=gaps, order=order, delimiter=delimiter)
