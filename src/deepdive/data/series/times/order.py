"""Rows in the order of time, or what is wrong with their order."""

from typing import Literal

import numpy as np
import polars as pl
from numpy.typing import NDArray

from deepdive.data.series.times.clock import Clock

Order = Literal["refuse", "sort", "keep"]
"""What becomes of rows that do not run from old to new: an error, sorted by their times, or kept as they stand."""
_HOUR = 3600 * 10**6


def ordered(clock: Clock, table: pl.DataFrame, order: Order) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """The rows from old to new, and what was done.

    Raises:
        ValueError: two rows have the same time; or the times do not ascend, and ``order`` is ``refuse``.

    """
    rows, moments = np.arange(table.height), clock.moments
    if order == "sort" and (moments is None or moments.cyclic or not (moments.certain or moments.descend)):
        raise ValueError(f"order is sort, but column {clock.name!r} does not tell the order of time for certain")
    if moments is None or moments.cyclic or moments.ascend:
        return rows, ()
    ticks = moments.ticks
    by_time = np.argsort(ticks, kind="stable")
    twice = np.flatnonzero(ticks[by_time][1:] == ticks[by_time][:-1])
    if len(twice):
        pair = min((int(by_time[i]), int(by_time[i + 1])) for i in twice)
        raise ValueError(_repeated(clock, table, pair, len(twice)))
    if order == "sort":
        ran = "ran from new to old" if moments.descend else "were not in the order of time"
        return by_time, (f"the rows {ran}; sorted by column {clock.name!r}",)
    row = int(np.flatnonzero(ticks[1:] < ticks[:-1])[0]) + 1
    said = f"column {clock.name!r} goes back in time: row {row + 1} is {clock.written[row]}, after "
    said += clock.written[row - 1]
    if (
        moments.zoned
        and ticks.dtype == np.int64
        and moments.wall is not None
        and moments.wall[row] >= moments.wall[row - 1]
    ):
        said += " (their zones differ: times are compared in UTC)"
    if moments.descend:
        said += ", and so on: the newest row is the first"
    else:
        said += _clocks_put_back(clock, row)
    raise ValueError(f"{said}; a series runs from old to new, so sort the file, or set order to sort")


def _repeated(clock: Clock, table: pl.DataFrame, pair: tuple[int, int], count: int) -> str:
    first, second = pair
    said = f"column {clock.name!r} has the same time in rows {first + 1} and {second + 1}: {clock.written[first]}"
    if clock.written[first] != clock.written[second]:
        said += f" and {clock.written[second]}"
    if count > 1:
        said += f" (and so on, {count:,} times)"
    key = pl.Series("", clock.ranks())
    for name in table.columns:
        if name not in clock.columns and table[name].dtype == pl.String:
            pairs = pl.DataFrame({"key": key, "name": table[name]})
            if table[name].n_unique() > 1 and pairs.n_unique() == table.height:
                return (
                    f"{said}; column {name!r} tells {table[name].n_unique()} series apart ({table[name][first]}, "
                    f"{table[name][second]}): keep the rows of one in the file"
                )
    hint = _clocks_put_back(clock, second)
    return f"{said}{hint}; a series has one row per time: if several series are in the file, keep one; else drop a row"


def _clocks_put_back(clock: Clock, row: int) -> str:
    """A hint, where an hour may have come twice because clocks were put back from summer time."""
    moments = clock.moments
    if moments is None or moments.wall is None or moments.zoned:
        return ""
    back, hour = int(moments.wall[row - 1] - moments.wall[row]), int(moments.wall[row]) // _HOUR % 24
    if 0 <= back <= _HOUR and hour <= 3 and bool((moments.wall % (24 * _HOUR)).any()):
        return " (if clocks were put back there, an hour came twice: write the times in UTC, or with their zone)"
    return ""
