"""One column of a table as a series: numbers in the order of time."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import polars as pl
import torch
from jaxtyping import Bool, Float, Float64
from numpy.typing import NDArray
from torch import Tensor

from deepdive.data.series.times import Clock, Order, find_clock, ordered, spacing_notes
from deepdive.data.tables import NamedTable, read_table
from deepdive.data.tables.checks import check_columns

Gaps = Literal["refuse", "interpolate"]
"""What becomes of rows without a value: an error, or the straight line between their neighbours."""


@dataclass(frozen=True, eq=False)
class Series:
    """Numbers in the order of time, at even distances."""

    name: str
    """Of the column."""
    values: Float64[Tensor, " n"]
    times: tuple[str, ...] | None = None
    """When each value was measured, as written in the file; ``None`` where the file does not say."""
    notes: tuple[str, ...] = ()
    """What was done to the rows and values, and what is to be known of their times."""
    filled: Bool[Tensor, " n"] | None = None
    """Which values were interpolated from the known ones before and after; ``None`` where all are measured."""

    def __len__(self) -> int:
        return len(self.values)

    @property
    def carried(self) -> Float64[Tensor, " n"]:
        """The values as far as they are known at each moment: the last measured one in place of interpolated ones."""
        if self.filled is None:
            return self.values
        measured = torch.arange(len(self)).where(~self.filled, 0).cummax(0).values
        return self.values[measured]

    def known_at(self, scaled: Float[Tensor, " m"], carried: Float[Tensor, " m"], tau: int) -> Float[Tensor, "w tau"]:
        """Windows of ``tau`` values of which none comes from after their end.

        A gap that is still open at the end of a window would tell of the value behind it, were it interpolated.

        Args:
            scaled: the values, or what is learnt of them: their last ``m``.
            carried: the same of `carried`.
            tau: how long windows are.

        """
        windows = scaled.unfold(0, tau, 1)
        if self.filled is None:
            return windows
        gaps = self.filled[len(self) - len(scaled) :].unfold(0, tau, 1)
        still_open = gaps.flip(1).cumprod(1).flip(1).bool()
        return torch.where(still_open, carried.unfold(0, tau, 1), windows)


def read_series(
    path: Path | str | NamedTable,
    column: str | None = None,
    *,
    time: str | None = None,
    gaps: Gaps = "refuse",
    order: Order = "refuse",
    delimiter: str | None = None,
) -> Series:
    """One column of a CSV, TSV, white-space separated or Parquet file, from old to new (D2L section 9.1).

    Times may be written in any usual form, the same in all rows: dates by numbers or names of months (in English,
    German, French, Spanish, Italian, Portuguese or Dutch), with or without a time of day and a zone (zones are compared
    in UTC), weeks, quarters, years, seconds since 1970; see `deepdive.data.series.times`. Where days and months cannot
    be told apart, the reading that is in the order of time counts. Notes say where times are not evenly spaced, or no
    column tells them. Words that look like times but are in no known form are refused, unless ``order`` is ``keep``.

    Rows are counted from 1 in messages, without the header.

    Args:
        path: the file, or a table in memory; see `deepdive.data.tables.read_table`.
        column: which one; may be left out where only one holds numbers besides the time. If it is given, nothing but
            times is looked for in the others.
        time: the column that tells the time of a row; if not given, columns named year, month, ... or date and time
            together, else the first one with a name in `TIMES`, else the first one that holds times, else the first one
            of words that are all different.
        gaps: what becomes of rows without a value.
        order: what becomes of rows that do not run from old to new.
        delimiter: of a text file; by suffix and header if not given.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it cannot be read as a table; a column is missing; the column holds words or an infinite value, has
            gaps (the rows are named), is constant or has fewer than 2 values; several columns could be meant; a time
            cannot be read or is there twice; or the times do not ascend.

    """
    notes: list[str] = []
    only, declare = ((column,), "") if column is not None else (None, "set column to another one")
    table = read_table(path, delimiter=delimiter, only=only, declare=lambda _: declare, note=notes.append)
    try:
        series = series_of(table, column, time=time, gaps=gaps, order=order)
        return replace(series, notes=(*notes, *series.notes))
    except ValueError as error:
        raise ValueError(f"{path.path if isinstance(path, NamedTable) else path}: {error}") from error


def series_of(
    table: pl.DataFrame,
    column: str | None = None,
    *,
    time: str | None = None,
    gaps: Gaps = "refuse",
    order: Order = "refuse",
) -> Series:
    """One column of a table, see `read_series`."""
    for option, value, known in (("gaps", gaps, get_args(Gaps)), ("order", order, get_args(Order))):
        if value not in known:
            raise ValueError(f"{option} must be {', '.join(known[:-1])} or {known[-1]}, got {value!r}")
    check_columns(table, [] if column is None else [column], "column")
    check_columns(table, [] if time is None else [time], "time")
    if column is not None and column == time:
        raise ValueError(f"column and time are both {column!r}; the values and their times are two columns")
    clock = find_clock(table, column, time, read=order != "keep")
    name = _only_numbers(table, () if clock is None else clock.columns) if column is None else column
    if table[name].dtype != pl.Float64:
        row = int(table[name].is_not_null().arg_max() or 0)
        raise ValueError(
            f"column {name!r} holds no numbers: row {row + 1} is {table[name][row]!r}; a series is made of numbers"
        )
    rows, order_notes = np.arange(table.height), ()
    if clock is not None:
        rows, order_notes = ordered(clock, table, order)
    elif order == "sort":
        raise ValueError("order is sort, but no column tells the time of a row")
    values, gap_notes = _filled(table[name][rows], rows, gaps)
    times = None if clock is None else tuple(clock.written[row] for row in rows)
    notes = (*order_notes, *_clock_notes(clock, rows, times, order), *gap_notes)
    filled = torch.from_numpy(table[name][rows].fill_nan(None).is_null().to_numpy().copy())
    return Series(name, checked(values, name), times, notes, filled if bool(filled.any()) else None)


def checked(values: Float64[Tensor, " n"], name: str) -> Float64[Tensor, " n"]:
    """The values if there is something to forecast.

    Raises:
        ValueError: there are fewer than 2, one is not finite, or all are the same.

    """
    if len(values) < 2:
        raise ValueError(f"series {name!r} has {len(values)} values; it must have at least 2")
    if not values.isfinite().all():
        row = int((~values.isfinite()).nonzero()[0])
        raise ValueError(f"series {name!r}, row {row + 1}: {float(values[row])} is no finite number")
    if bool((values == values[0]).all()):
        raise ValueError(f"series {name!r} is constant: every value is {float(values[0]):g}; nothing is to be forecast")
    return values


def _clock_notes(
    clock: Clock | None, rows: NDArray[np.int64], times: tuple[str, ...] | None, order: Order
) -> tuple[str, ...]:
    """What is to be known of the times."""
    if clock is None or times is None:
        return ("no column tells the time of a row; the first row counts as the oldest",)
    moments = clock.moments
    if moments is None or moments.cyclic:
        reason = "begins again and again" if moments else "is not read" if order == "keep" else "holds no known times"
        return (f"column {clock.name!r} {reason}; the first row counts as the oldest",)
    return (*clock.notes, *spacing_notes(moments.taken(rows), times, clock.name))


def _only_numbers(table: pl.DataFrame, clock: Sequence[str]) -> str:
    numbers = [name for name in table.columns if name not in clock and table[name].dtype == pl.Float64]
    if len(numbers) != 1:
        found = f"{len(numbers)} hold numbers: {', '.join(numbers[:12])}" if numbers else "none holds numbers"
        raise ValueError(f"column is not set, and of {table.width} columns {found}; name one")
    return numbers[0]


def _filled(column: pl.Series, numbers: NDArray[np.int64], gaps: Gaps) -> tuple[Tensor, tuple[str, ...]]:
    values = torch.tensor(column.fill_null(float("nan")).to_numpy(), dtype=torch.float64)
    missing = values.isnan()
    if not missing.any():
        return values, ()
    rows = sorted((numbers[missing.numpy()] + 1).tolist())  # as in the file
    said = f"column {column.name!r} has no value in {len(rows)} of {len(values)} rows: {_listed(rows)}"
    if gaps == "refuse":
        raise ValueError(f"{said}; fill them in, or set gaps to interpolate")
    if missing[0] or missing[-1]:
        raise ValueError(f"{said}; the first and the last row must have one to interpolate between")
    known = ~missing.numpy()
    place = np.arange(len(values))
    filled = torch.from_numpy(np.interp(place, place[known], values.numpy()[known]))
    return filled, (f"{said}; interpolated",)


def _listed(rows: Sequence[int], most: int = 8) -> str:
    return ", ".join(map(str, rows[:most])) + (", ..." if len(rows) > most else "")
