"""One column of a table as a series: numbers in the order of time."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import numpy as np
import polars as pl
import torch
from jaxtyping import Float64
from torch import Tensor

from deepdive.data.tables import read_table
from deepdive.data.tables.checks import check_columns

Gaps = Literal["refuse", "interpolate"]
"""What becomes of rows without a value: an error, or the straight line between their neighbours."""
TIMES = ("date", "time", "datetime", "timestamp", "year", "quarter", "month", "week", "day", "hour", "period")
"""Columns with these names, in upper or lower case, tell the time of a row."""
_ISO = re.compile(r"\d{4}(-\d{2}){0,2}([T ]\d{2}:\d{2}.*)?")
"""Times whose alphabetical order is their order."""


@dataclass(frozen=True, eq=False)
class Series:
    """Numbers in the order of time, at even distances."""

    name: str
    """Of the column."""
    values: Float64[Tensor, " n"]
    times: tuple[str, ...] | None = None
    """When each value was measured, as written in the file; ``None`` where the file does not say."""
    notes: tuple[str, ...] = ()
    """What was done to the values."""

    def __len__(self) -> int:
        return len(self.values)


def read_series(
    path: Path | str,
    column: str | None = None,
    *,
    time: str | None = None,
    gaps: Gaps = "refuse",
    delimiter: str | None = None,
) -> Series:
    """One column of a CSV, TSV, white-space separated or Parquet file, top to bottom (textbook section 9.1).

    Rows are counted from 1 in messages, without the header.

    Args:
        path: the file; see `deepdive.data.tables.read_table`.
        column: which one; may be left out where only one holds numbers besides the time.
        time: the column that tells the time of a row; if not given, the first one with a name in `TIMES`, else the
            first one of words that are all different.
        gaps: what becomes of rows without a value.
        delimiter: of a text file; by suffix and header if not given.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it cannot be read as a table; a column is missing; the column holds words or an infinite value, has
            gaps (the rows are named), is constant or has fewer than 2 values; several columns could be meant; or the
            times do not ascend.

    """
    notes: list[str] = []
    table = read_table(path, delimiter=delimiter, note=notes.append)
    try:
        series = series_of(table, column, time=time, gaps=gaps)
        return replace(series, notes=(*notes, *series.notes))
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error


def series_of(
    table: pl.DataFrame, column: str | None = None, *, time: str | None = None, gaps: Gaps = "refuse"
) -> Series:
    """One column of a table, see `read_series`."""
    if gaps not in ("refuse", "interpolate"):
        raise ValueError(f"gaps is {gaps!r}; it must be refuse or interpolate")
    check_columns(table, [column] if column else [], "column")
    check_columns(table, [time] if time else [], "time")
    clock = time or _clock(table, column)
    name = column or _only_numbers(table, clock)
    if name == clock:
        raise ValueError(f"column and time are both {name!r}; the values and their times are two columns")
    if table[name].dtype != pl.Float64:
        row = int(table[name].is_not_null().arg_max() or 0)
        raise ValueError(
            f"column {name!r} holds no numbers: row {row + 1} is {table[name][row]!r}; a series is made of numbers"
        )
    times = None if clock is None else _times(table[clock])
    values, notes = _filled(table[name], gaps)
    return Series(name, checked(values, name), times, notes)


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


def _clock(table: pl.DataFrame, column: str | None) -> str | None:
    others = [name for name in table.columns if name != column]
    named = [name for name in others if name.lower() in TIMES]
    words = [name for name in others if table[name].dtype == pl.String and table[name].n_unique() == table.height]
    return next(iter([*named, *words]), None)


def _only_numbers(table: pl.DataFrame, clock: str | None) -> str:
    numbers = [name for name in table.columns if name != clock and table[name].dtype == pl.Float64]
    if len(numbers) != 1:
        found = f"{len(numbers)} hold numbers: {', '.join(numbers[:12])}" if numbers else "none holds numbers"
        raise ValueError(f"column is not set, and of {table.width} columns {found}; name one")
    return numbers[0]


def _times(column: pl.Series) -> tuple[str, ...]:
    if column.null_count():
        row = int(column.is_null().arg_max() or 0)
        raise ValueError(f"column {column.name!r} tells no time in row {row + 1}")
    numbers = column.dtype == pl.Float64
    times = tuple(f"{value:.15g}" for value in column) if numbers else tuple(column)
    # 12 months or 7 days start again and again, a year does not
    ordered = column.name.lower() in ("year", "timestamp") if numbers else all(map(_ISO.fullmatch, times))
    falls = (column < column.shift(1)).fill_null(False)
    if ordered and falls.any():
        row = int(falls.arg_max() or 0)
        raise ValueError(
            f"column {column.name!r} goes back in time: row {row + 1} is {times[row]}, after {times[row - 1]}; a "
            "series runs from old to new, so sort the file"
        )
    return times


def _filled(column: pl.Series, gaps: Gaps) -> tuple[Tensor, tuple[str, ...]]:
    values = torch.tensor(column.fill_null(float("nan")).to_numpy(), dtype=torch.float64)
    missing = values.isnan()
    if not missing.any():
        return values, ()
    rows = (missing.nonzero().flatten() + 1).tolist()
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
