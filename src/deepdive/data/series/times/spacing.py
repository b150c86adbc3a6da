"""How far apart the rows of a series are, by the clock or by the calendar."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from deepdive.data.series.times.calendar import Moments

_DAY = 86_400 * 10**6
_UNITS = (("day", _DAY), ("hour", 3600 * 10**6), ("minute", 60 * 10**6), ("second", 10**6), ("millisecond", 1000))


@dataclass(frozen=True, eq=False)
class _Steps:
    """The distances of neighbouring rows in a unit."""

    unit: str
    sizes: NDArray[Any]
    usual: float
    others: NDArray[np.bool_]


def unevenness(moments: Moments) -> int:
    """How many steps of a series in the order of time, or against it, are not the usual one."""
    return int(_steps(moments).others.sum())


def spacing_notes(moments: Moments, written: Sequence[str], name: str) -> tuple[str, ...]:
    """What is to be said of moments in ascending order: nothing if they are evenly spaced.

    Days of work, months, quarters and years count as even, however many days they have.
    """
    steps = _steps(moments)
    count = int(steps.others.sum())
    if not count:
        return ()
    n = len(steps.sizes)
    longest = int(np.argmax(steps.sizes))
    missing = steps.sizes[steps.others] / steps.usual
    whole = bool((np.abs(missing - np.round(missing)) < 1e-6).all() and (missing > 1).all())
    rows = int(np.round(missing - 1).sum())
    lost = f"; {rows:,} row{' is' if rows == 1 else 's are'} missing" if whole else ""
    return (
        f"column {name!r} is not evenly spaced: {n - count:,} of {n:,} steps are {_said(steps.usual, steps.unit)}, the "
        f"longest is {_said(float(steps.sizes[longest]), steps.unit)}, from row {longest + 1} ({written[longest]}) to "
        f"row {longest + 2} ({written[longest + 1]}){lost}; the rows count as evenly spaced",
    )


def _said(size: float, unit: str) -> str:
    return f"{size:.6g} {unit}{'' if size == 1 or not unit else 's'}".strip()


def _steps(moments: Moments) -> _Steps:
    """The steps in the unit in which the fewest differ."""
    if len(moments.ticks) < 2:
        return _Steps("", np.zeros(0), 1, np.zeros(0, bool))
    sign = -1 if moments.descend else 1
    if moments.wall is None:
        values = moments.ticks.astype(float) * sign
        return _counted("", np.diff(values), tolerance=1e-6)
    wall = moments.wall * sign
    elapsed = moments.ticks if moments.zoned and moments.ticks.dtype == np.int64 else moments.wall
    found = [_in_units(np.diff(elapsed * sign)), _in_units(np.diff(wall))]
    days = moments.wall // _DAY
    if bool(((days + 3) % 7 < 5).all()) and bool((moments.wall % _DAY == moments.wall[0] % _DAY).all()):
        found.append(_counted("working day", sign * np.diff(_working_days(days))))
    dates = days.astype("datetime64[D]")
    months = dates.astype("datetime64[M]").astype(np.int64)
    of_month = days - dates.astype("datetime64[M]").astype("datetime64[D]").astype(np.int64)
    ends = (days + 1).astype("datetime64[D]").astype("datetime64[M]").astype(np.int64) > months
    jumps = sign * np.diff(months)
    same = bool((of_month == of_month[0]).all() or ends.all())
    if jumps.all() and (same or bool((jumps == jumps[0]).all())):
        found.insert(0 if same else len(found), _counted("month", jumps))
    if bool((sign * np.diff(dates.astype("datetime64[Y]").astype(np.int64)) == 1).all()):
        found.append(_counted("year", sign * np.diff(dates.astype("datetime64[Y]").astype(np.int64))))
    return min(found, key=lambda steps: int(steps.others.sum()))


def _working_days(days: NDArray) -> NDArray:
    """Mondays to Fridays since one of them."""
    week, weekday = np.divmod(days + 3, 7)  # day 0 was a Thursday
    return week * 5 + weekday


def _in_units(steps: NDArray) -> _Steps:
    found = _counted("", steps)
    unit, size = next(((u, s) for u, s in _UNITS if found.usual % s == 0), ("microsecond", 1))
    return _Steps(unit, steps / size, found.usual / size, found.others)


def _counted(unit: str, steps: NDArray, tolerance: float = 0) -> _Steps:
    """The most frequent step is the usual one; of equally frequent ones the shortest."""
    rounded = np.round(steps / (tolerance * np.abs(steps).max())) if tolerance and steps.any() else steps
    kinds, first, counts = np.unique(rounded, return_index=True, return_counts=True)
    usual = int(counts.argmax())
    return _Steps(unit, steps.astype(float), float(steps[first[usual]]), rounded != kinds[usual])
