"""From words to moments: calendar, clock and zone of a whole column at once."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from deepdive.data.series.times.forms import MONTHS, ZONES, Form

Ints = NDArray[np.int64]
_DAY = 86_400 * 10**6
_OFFSET = r"^(?:utc|gmt)?(?P<sign>[+-])(?P<hours>[0-9]{1,2}):?(?P<minutes>[0-9]{2})?$"


@dataclass(frozen=True, eq=False)
class Moments:
    """When the rows of a table were measured."""

    ticks: NDArray[Any]
    """In the order of time: microseconds of UTC since 1970 (nanoseconds, where a row has them), or numbers as given."""
    wall: Ints | None
    """Microseconds since 1970 as a clock on the spot shows them; ``None`` for plain numbers."""
    form: str
    """How they are written."""
    zoned: bool = False
    """Whether they name their zone."""
    cyclic: bool = False
    """Whether they begin again and again: months or hours without a year."""
    certain: bool = True
    """Whether no other reading of what is written gives another order."""

    @property
    def ascend(self) -> bool:
        """Whether every row is later than the one before."""
        return bool((self.ticks[1:] > self.ticks[:-1]).all())

    def taken(self, rows: Ints) -> "Moments":
        """Those of other rows, or of the same in another order."""
        wall = None if self.wall is None else self.wall[rows]
        return replace(self, ticks=self.ticks[rows], wall=wall)

    @property
    def descend(self) -> bool:
        """Whether every row is earlier than the one before."""
        return bool((self.ticks[1:] < self.ticks[:-1]).all())


@dataclass(frozen=True, eq=False)
class Reading:
    """A column read in one form."""

    form: Form
    moments: Moments
    wrong: NDArray[np.bool_]
    """Rows that are written otherwise, or name a moment that does not exist."""
    unlike: NDArray[np.bool_]
    """Rows that are written otherwise."""


def read_as(words: pl.Series, form: Form, *, century: int | None = None) -> Reading:
    """A column of words, in lower case and without null, read in a form.

    Args:
        words: of one row each.
        form: how they are written.
        century: the first year of that of two-digit years; if not given, 69 to 99 are 1969 to 1999 (POSIX).

    """
    parts = words.str.extract_groups(form.pattern).struct.unnest()
    unlike = ~words.str.contains(form.pattern).to_numpy()
    days, wrong = _days(parts, century)
    micro, rest, late = _time_of_day(parts)
    wall = days * _DAY + micro
    offsets, unzoned = _offsets(parts)
    ticks: NDArray[Any] = wall - offsets * 60 * 10**6
    if rest.any():  # Python's integers: nanoseconds of a year before 1678 are beyond 64 bits
        ticks = ticks.astype(object) * 1000 + rest.astype(object)
    zoned = "z" in parts.columns and parts["z"].null_count() < len(parts)
    name = form.name if century is None else f"{form.name} of {century} to {century + 99}"
    moments = Moments(ticks, wall, name, zoned)
    return Reading(form, moments, unlike | wrong | late | unzoned, unlike)


def _numbers(parts: pl.DataFrame, name: str, default: int) -> Ints:
    if name not in parts.columns:
        return np.full(len(parts), default)
    return parts[name].cast(pl.Int64).fill_null(default).to_numpy()


def _days(parts: pl.DataFrame, century: int | None) -> tuple[Ints, NDArray[np.bool_]]:
    """Days since 1970, and where there is no such day."""
    year = _numbers(parts, "y", 1972)  # a leap year, where none is named
    if "yy" in parts.columns:
        short = _numbers(parts, "yy", 0)
        year = short + (np.where(short < 69, 2000, 1900) if century is None else century)
    month, day = _numbers(parts, "m", 1), _numbers(parts, "d", 1)
    if "b" in parts.columns:
        names = parts["b"].str.head(3).replace_strict(MONTHS, range(1, 13), default=1, return_dtype=pl.Int64)
        month = names.to_numpy()
    quarter, half = _numbers(parts, "q", 1), _numbers(parts, "h", 1)
    month = month + 3 * (quarter - 1) + 6 * (half - 1)
    wrong = (year < 1) | (month < 1) | (month > 12) | (day < 1) | (quarter > 4) | (half > 2)
    year, month = np.where(wrong, 1970, year), np.where(wrong, 1, month)
    first, following = _first_day(year, month), _first_day(year, month + 1)
    days = first + day - 1
    wrong |= days >= following
    if "j" in parts.columns:
        days = first + _numbers(parts, "j", 1) - 1
        wrong |= (days < first) | (days >= _first_day(year + 1, month))
    if "w" in parts.columns:  # ISO 8601: week 1 is that of 4 January, weeks begin on Monday
        week, weekday = _numbers(parts, "w", 1), _numbers(parts, "wd", 1)
        days = _first_monday(year) + 7 * (week - 1) + weekday - 1
        wrong |= (week < 1) | (days >= _first_monday(year + 1))
    return days, wrong


def _first_day(year: Ints, month: Ints) -> Ints:
    months = ((year - 1970) * 12 + month - 1).astype("datetime64[M]")
    return months.astype("datetime64[D]").astype(np.int64)


def _first_monday(year: Ints) -> Ints:
    fourth = _first_day(year, np.ones_like(year)) + 3
    return fourth - (fourth + 3) % 7  # day 0, 1 January 1970, was a Thursday


def _time_of_day(parts: pl.DataFrame) -> tuple[Ints, Ints, NDArray[np.bool_]]:
    """Microseconds since midnight, the nanoseconds beyond them, and where there is no such time."""
    hour, minute, second = (_numbers(parts, name, 0) for name in ("H", "M", "S"))
    wrong = (minute > 59) | (second > 59)
    if "p" in parts.columns:
        half = parts["p"].str.head(1).fill_null("").to_numpy()
        twelve = half != ""
        wrong |= twelve & ((hour < 1) | (hour > 12))
        hour = np.where(twelve, hour % 12 + 12 * (half == "p"), hour)
    nano = np.zeros(len(parts), np.int64)
    if "f" in parts.columns:
        nano = parts["f"].fill_null("").str.pad_end(9, "0").cast(pl.Int64).to_numpy()
    midnight = (hour == 24) & (minute == 0) & (second == 0) & (nano == 0)  # of the day to come
    wrong |= (hour > 23) & ~midnight
    return ((hour * 60 + minute) * 60 + second) * 10**6 + nano // 1000, nano % 1000, wrong


def _offsets(parts: pl.DataFrame) -> tuple[Ints, NDArray[np.bool_]]:
    """Minutes before UTC, and where they are not known although another row's are."""
    n = len(parts)
    if "z" not in parts.columns or parts["z"].null_count() == n:
        return np.zeros(n, np.int64), np.zeros(n, bool)
    zone = parts["z"]
    if zone.n_unique() == 1 and zone.str.contains("^[a-z]+$").all():
        return np.zeros(n, np.int64), np.zeros(n, bool)  # whatever it means, it is the same everywhere
    known = zone.replace_strict(list(ZONES), list(ZONES.values()), default=None, return_dtype=pl.Int64)
    offset = zone.str.extract_groups(_OFFSET).struct.unnest()
    size = offset["hours"].cast(pl.Int64) * 60 + offset["minutes"].cast(pl.Int64).fill_null(0)
    minutes = (known * 60).fill_null(size)
    sign = np.where((offset["sign"] == "-").fill_null(False).to_numpy(), -1, 1)
    wrong = (minutes.is_null() | (offset["minutes"].cast(pl.Int64).fill_null(0) > 59)).to_numpy()
    minutes = minutes.fill_null(0).to_numpy()
    return minutes * np.where(known.is_null().to_numpy(), sign, 1), wrong | (np.abs(minutes) > 15 * 60)
