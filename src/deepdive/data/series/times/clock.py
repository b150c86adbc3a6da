"""The column, or the columns, that tell when a row was measured."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from deepdive.data.series.times.calendar import Moments
from deepdive.data.series.times.reading import check_labels, moments_of

TIMES = (
    *"date time datetime timestamp year quarter month week day hour period".split(),
    *"datum zeit jahr monat woche quartal stunde periode mois semaine trimestre jour heure année".split(),
    *"fecha año mes semana anno mese settimana giorno".split(),
)
"""Columns with these names, in upper or lower case, tell the time of a row."""
_PARTS = {
    **{"year": "year", "yr": "year", "month": "month", "mo": "month", "quarter": "quarter", "qtr": "quarter"},
    **{"week": "week", "day": "day", "dy": "day", "hour": "hour", "hr": "hour", "minute": "minute", "second": "second"},
}
"""Columns that together name a moment."""


@dataclass(frozen=True, eq=False)
class Clock:
    """What tells the time of each row."""

    columns: tuple[str, ...]
    """Which columns it was made of."""
    written: tuple[str, ...]
    """The times as they are written."""
    moments: Moments | None
    """``None`` where they are in no form that is known."""
    notes: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """As messages say it."""
        return ", ".join(self.columns)

    def ranks(self) -> NDArray[np.int64]:
        """The place of each row's time among all different ones."""
        ticks = np.arange(len(self.written)) if self.moments is None else self.moments.ticks
        return np.unique(ticks, return_inverse=True)[1].astype(np.int64)


def find_clock(table: pl.DataFrame, column: str | None, time: str | None, *, read: bool = True) -> Clock | None:
    """The clock of a table, or ``None`` where it has none.

    In turn: the column ``time``; columns named year, month, ... together; a date and a time of day; a column with a
    name in `TIMES`; one of words or of numbers that are times; one of words that are all different, as labels.

    Args:
        table: columns of ``Float64`` or ``String``.
        column: the values, which are no clock.
        time: the column that is one.
        read: whether times are read; else they are labels.

    Raises:
        ValueError: a row has no time, or the times cannot be read, see `moments_of` and `check_labels`.

    """
    others = [name for name in table.columns if name != column]
    if time is not None:
        return _clock(table[time], named=True, read=read)
    for joined in _joined(table[others]):
        names = tuple(joined.columns)
        words = joined.select(pl.concat_str(pl.all(), separator="")).to_series()
        clock = _clock(words.alias(", ".join(names)), named=True, read=read)
        return None if clock is None else Clock(names, clock.written, clock.moments, clock.notes)
    named = [name for name in others if name.lower() in TIMES or name.lower() in _PARTS]
    alone = column is None and sum(table[name].dtype == pl.Float64 for name in others) == 1  # these are the values
    clocks = [clock for name in named if (clock := _clock(table[name], named=True, read=read))]
    running = [clock for clock in clocks if clock.moments is not None and not clock.moments.cyclic]
    for name in others if read and not running else []:
        if name in named or (alone and table[name].dtype == pl.Float64):
            continue
        found = _clock(table[name], named=False, read=True)
        if found is not None and found.moments is not None:
            return found
    if read and not clocks:
        for name in others:
            if table[name].dtype == pl.String and len(known := table[name].drop_nulls()) > 1:
                check_labels(known)
    labels = [name for name in others if table[name].dtype == pl.String and table[name].n_unique() == table.height]
    rest = [Clock((name,), tuple(table[name]), None) for name in labels if not table[name].null_count()]
    years = [name for name in others if read and not alone and _years(table[name])]
    last = [clock for name in years if (clock := _clock(table[name], named=True, read=True))]
    return next(iter([*running, *clocks, *rest, *last]), None)


def _years(column: pl.Series) -> bool:
    """Whether numbers are years one after the other, or one before the other."""
    if column.dtype != pl.Float64 or column.null_count() or len(column) < 3:
        return False
    values = column.to_numpy()
    steps = np.diff(values)
    return bool(values.min() >= 1500 and values.max() <= 2200 and abs(steps[0]) == 1 and (steps == steps[0]).all())


def _clock(column: pl.Series, named: bool, read: bool) -> Clock | None:
    if column.null_count():
        if not named and (column.null_count() == len(column) or moments_of(column.drop_nulls(), named=False) is None):
            return None
        row = int(column.is_null().arg_max() or 0)
        raise ValueError(f"column {column.name!r} tells no time in row {row + 1}")
    written = tuple(f"{value:.15g}" for value in column) if column.dtype == pl.Float64 else tuple(column)
    found = moments_of(column, named=named) if read else None
    return Clock((column.name,), written, *(found or (None, ())))


def _joined(table: pl.DataFrame) -> Iterator[pl.DataFrame]:
    """Columns that name a moment together, as words that follow one another."""
    parts: dict[str, str] = {}
    for name in table.columns:
        parts.setdefault(_PARTS.get(name.lower(), ""), name)
    if "year" in parts and _whole(table, [parts["year"]]):
        chosen = _date_parts(table, parts)
        if len(chosen) > 1:
            yield table.select(chosen)
    named = {name.lower(): name for name in table.columns}
    date = named.get("date")
    hours = named.get("time") or named.get("hour")
    if date and hours and table[date].n_unique() < table.height and not table[hours].null_count():
        clock = _hours(table, hours)
        words = table[date].dtype == pl.String
        day = pl.col(date) if words else pl.col(date).cast(pl.Int64).cast(pl.String)
        yield table.select(day.alias(date), pl.concat_str(pl.lit(" " if words else "T"), clock).alias(hours))


def _date_parts(table: pl.DataFrame, parts: dict[str, str]) -> list[pl.Expr]:
    """What a form of times makes of year and month, quarter, week or day of the year, and of what is below them."""

    def has(part: str) -> bool:
        return part in parts and _whole(table, [parts[part]])

    def number(part: str, before: str, width: int = 2, after: str = "") -> pl.Expr:
        words = pl.col(parts[part]).cast(pl.Int64).cast(pl.String).str.zfill(width)
        return pl.concat_str(pl.lit(before), words, pl.lit(after)).alias(parts[part])

    chosen = [number("year", "", 4)]
    by_name = "month" in parts and table[parts["month"]].dtype == pl.String
    if has("month") or (by_name and not table[parts["month"]].null_count()):
        words = pl.concat_str(pl.lit(" "), pl.col(parts["month"])).alias(parts["month"])
        chosen.append(words if by_name else number("month", "-"))
        if has("day"):
            chosen.append(number("day", " " if by_name else "-"))
    elif has("quarter"):
        return [*chosen, number("quarter", "-Q", 1)]
    elif has("week"):
        return [*chosen, number("week", "-W")]
    elif has("day"):
        chosen.append(number("day", "-", 3))
    if has("day") and has("hour"):
        chosen.append(number("hour", " ", after="" if has("minute") else ":00"))
        if has("minute"):
            chosen += [number("minute", ":"), *([number("second", ":")] if has("second") else [])]
    return chosen


def _hours(table: pl.DataFrame, name: str) -> pl.Expr:
    """A column of times of day, or of numbers of hours, as words."""
    if table[name].dtype == pl.String:
        return pl.col(name)
    whole = pl.col(name).cast(pl.Int64).cast(pl.String)
    largest = table[name].max()
    if isinstance(largest, float) and largest > 24:  # 0, 30, 100, ..., 2330
        padded = whole.str.zfill(4)
        return padded.str.head(2) + ":" + padded.str.tail(2)
    return whole.str.zfill(2) + ":00"


def _whole(table: pl.DataFrame, names: Sequence[str]) -> bool:
    """Whether columns hold whole numbers alone."""
    return all(
        table[name].dtype == pl.Float64 and not table[name].null_count() and (table[name] == table[name].floor()).all()
        for name in names
    )
