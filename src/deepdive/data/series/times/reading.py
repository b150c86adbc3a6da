"""A column as moments: which form it is written in, and what to say where there is none."""

import re
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from deepdive.data.series.times.calendar import Moments, Reading, read_as
from deepdive.data.series.times.forms import Form, known_forms
from deepdive.data.series.times.languages import in_english
from deepdive.data.series.times.spacing import unevenness

_SAMPLE = 400
_ADVICE = "write every time in one form, best as yyyy-mm-dd or yyyy-mm-ddThh:mm:ss+00:00"
_COMPACT = {
    6: ("yyyymm", "yymmdd"),
    7: ("year, day of the year", "ddmmyyyy", "mmddyyyy"),
    8: ("yyyymmdd", "ddmmyyyy", "mmddyyyy"),
    **dict.fromkeys((10, 12, 14), ("yyyymmdd, time",)),
}
"""Forms of whole numbers with so many digits."""
_EPOCHS = ((1e8, 1e11, 10**6, "seconds"), (1e11, 1e14, 10**3, "milliseconds"), (1e14, 1e16, 1, "microseconds"))
_SERIALS = ("date", "datetime", "timestamp", "time", "day")
_PERIODS = re.compile(
    "(?:w|kw|wk|week|woche|semaine|semana|q|quarter|quartal|trimestre|month|monat|mois|mes|day|tag|jour|year|jahr)"
    r"[ ._-]?[0-9]{1,9}"
)
"""Words that number periods, whatever their column is called."""
_UNREAD = re.compile(
    r"(?<![0-9])(?:1[5-9]|2[01])[0-9]{2}(?![0-9])"  # a year among other words or numbers
    r"|^(?:kw|wk|w|q|t|s|sem|m)[ ._-]?[0-9]{1,2}[-/., ']+[0-9]{2}$"
    r"|^[0-9]{2}[-/., ]*(?:kw|wk|w|q|t|s|sem|m)[ ._-]?[0-9]{1,2}$"
    r"|^[0-9]{1,2}[-/. ]+[^\W\d_]{3,}[-/., ]+[0-9]{2}$"
)
_TOKENS = {"date", "time", "datetime", "timestamp", "ts", "ds", "dt", "unix", "epoch", "utc"}


def moments_of(column: pl.Series, *, named: bool) -> tuple[Moments, tuple[str, ...]] | None:
    """The moments that a column without null names, and what was decided; ``None`` where it names none.

    Args:
        column: of numbers or words.
        named: whether it is known to tell times; else it must look like it.

    Raises:
        ValueError: it looks like times, but a row is written otherwise, names no moment of the calendar, or the order
            depends on what is day and what is month.

    """
    if column.dtype == pl.Float64:
        return _numbers(column, named=named)
    words = _plain(column)
    words = in_english(words, _sample(words))
    sample = _sample(words)
    forms = [form for form in known_forms() if all(map(form.fits, sample))]
    readings = [reading for form in forms if not (reading := read_as(words, form)).unlike.any()]
    valid = [reading for reading in readings if not reading.wrong.any()]
    if valid:
        chosen, notes = _chosen(column, words, valid)
        ups, downs = _directions(chosen.moments.ticks)
        runs = len(words) > 2 and max(ups, downs) >= 0.8 * (len(words) - 1)
        return (chosen.moments, notes) if chosen.form.sure or named or runs else None
    numbered = named or all(map(_PERIODS.fullmatch, sample))
    if numbered and (counted := _counted(words)) is not None:
        return counted, ()
    if readings and (named or any(reading.form.sure for reading in readings)):
        best = min(readings, key=_unlikely)
        row = int(best.wrong.argmax())
        reason = "there is no such moment" + (", or its zone is missing or not known" if best.moments.zoned else "")
        raise ValueError(f"column {column.name!r}, row {row + 1}: {column[row]!r}, read as {best.form.name}: {reason}")
    if not readings and (_like_times(sample) or (named and _with_digits(sample))):
        raise ValueError(_mixed(column, words, sample))
    return None


def check_labels(column: pl.Series) -> None:
    """Words in no known form of times must not look like times: whether the oldest comes first is not to be guessed.

    Args:
        column: of words, without null.

    Raises:
        ValueError: each of them, most of them different, has a year or is like the code of a week or quarter.

    """
    if 2 * column.n_unique() > len(column) and all(map(_UNREAD.search, _plain(column).to_list())):
        raise ValueError(
            f"column {column.name!r} must hold times in a form that is known, as a series runs from old to new, got "
            f"{column[0]!r} in row 1; write ISO dates (2020-03-30), or set order to keep if the first row is the oldest"
        )


def _plain(column: pl.Series) -> pl.Series:
    """In lower case, with one code for each letter, and single blanks."""
    return column.str.normalize("NFC").str.to_lowercase().str.replace_all(r"\s+", " ").str.strip_chars()


def _sample(words: pl.Series) -> list[str]:
    return words.gather_every(max(1, len(words) // _SAMPLE)).unique().to_list()


def _chosen(column: pl.Series, words: pl.Series, valid: Sequence[Reading]) -> tuple[Reading, tuple[str, ...]]:
    """The reading under which the rows run in time, if there are several."""
    calendar: list[Reading] = []
    for reading in valid:
        if not reading.form.cyclic:
            earlier = "<yy>" in reading.form.pattern and not (reading.moments.ascend or reading.moments.descend)
            calendar += [reading, *([read_as(words, reading.form, century=1900)] if earlier else [])]
    usual = [each for each in calendar if not each.form.rare]
    if any(each.moments.ascend or each.moments.descend for each in usual):
        calendar = usual
    up = [reading for reading in calendar if reading.moments.ascend]
    down = [reading for reading in calendar if reading.moments.descend]
    names = tuple(dict.fromkeys(reading.moments.form for reading in calendar))
    rivals = f"column {column.name!r} can be read as {' or as '.join(names)}"
    if up and down:
        raise ValueError(
            f"{rivals}: as {up[0].moments.form} it runs from old to new, as {down[0].moments.form} from new to old; "
            f"{_ADVICE}"
        )
    if best := up or down:
        chosen = min(best, key=lambda reading: unevenness(reading.moments))
        if len(best) == len(calendar):
            return chosen, ()
        return chosen, (f"{rivals}; read as {chosen.moments.form}, which is in the order of time",)
    cycles = [reading for reading in valid if reading.form.cyclic]
    if forward := [reading for reading in cycles if _forward(reading.moments.ticks)]:
        return replace(forward[0], moments=replace(forward[0].moments, cyclic=True)), ()
    orders = {tuple(np.argsort(reading.moments.ticks, kind="stable")) for reading in [*calendar, *cycles]}
    if len(names) > 1 and len(orders) > 1 and words.n_unique() == len(words):
        raise ValueError(f"{rivals}, and its rows do not run from old to new either way; {_ADVICE}")
    chosen = (calendar or cycles)[0]
    certain = len(orders) == 1 and not chosen.form.cyclic
    return replace(chosen, moments=replace(chosen.moments, certain=certain)), ()


def _unlikely(reading: Reading) -> tuple[int, int]:
    """How many rows are wrong, and how few of the others go on in time."""
    return int(reading.wrong.sum()), -_directions(reading.moments.ticks[~reading.wrong])[0]


def _directions(ticks: NDArray[Any]) -> tuple[int, int]:
    """How many steps go on, and how many back."""
    return int((ticks[1:] > ticks[:-1]).sum()), int((ticks[1:] < ticks[:-1]).sum())


def _forward(ticks: NDArray[Any]) -> bool:
    """Whether more steps go on than back, as in 11, 12, 1, 2; if as many, whether those back are the larger ones."""
    ups, downs = _directions(ticks)
    steps = np.diff(ticks)
    return ups > downs or (0 < ups == downs and bool(steps[steps > 0].min() < -steps[steps < 0].max()))


def _numbers(column: pl.Series, *, named: bool) -> tuple[Moments, tuple[str, ...]] | None:
    values = column.to_numpy()
    steps = np.diff(values)
    monotone = bool((steps > 0).all() or (steps < 0).all())
    whole = bool((values == np.floor(values)).all())
    if whole and (found := _compact(column, named=named, monotone=monotone)):
        return found
    tokens = set(re.findall("[a-z]+", re.sub("([a-z])([A-Z])", r"\1 \2", column.name).lower()))
    regular = monotone and len(steps) > 1 and float((steps == np.median(steps)).mean()) > 0.5
    for least, most, unit, name in _EPOCHS:
        if values.min() >= least and values.max() < most and (named or tokens & _TOKENS or (whole and regular)):
            wall = np.round(values * unit).astype(np.int64)
            return Moments(values, wall, f"{name} since 1970", zoned=True), ()
    if not named:
        return None
    if column.name.lower() in _SERIALS and values.min() >= 20_000 and values.max() < 80_000:
        wall = np.round((values - 25_569) * 86_400).astype(np.int64) * 10**6
        return Moments(values, wall, "days of a spreadsheet"), ()
    return _index(values), ()


def _compact(column: pl.Series, *, named: bool, monotone: bool) -> tuple[Moments, tuple[str, ...]] | None:
    """Whole numbers whose digits are those of a date, such as 20201231."""
    words = column.cast(pl.Int64).cast(pl.String)
    least, most = words.str.len_chars().min(), words.str.len_chars().max()
    if most == 8 and least == 7:  # 1122020 was 01122020
        words, least = words.str.zfill(8), 8
    forms = [
        form
        for form in known_forms()
        for name in _COMPACT.get(int(str(most)), ()) if least == most
        if form.name == name and form.fits(words[0]) and (named or form.name[:4] == "yyyy")
    ]  # fmt: skip
    readings = [read_as(words, form) for form in forms]
    valid = [each for each in readings if not each.wrong.any() and _plausible(each.moments).all()]
    if valid and (named or monotone or most == 8):
        chosen, notes = _chosen(column, words, valid)
        return chosen.moments, notes
    for reading in readings[:1] if most == 8 else []:
        wrong = reading.wrong | ~_plausible(reading.moments)
        if wrong.mean() < (0.5 if named else 0.1):
            row = int(wrong.argmax())
            raise ValueError(
                f"column {column.name!r}, row {row + 1}: {words[row]}, read as {reading.form.name}: there is no such "
                "moment"
            )
    return None


def _plausible(moments: Moments) -> NDArray[np.bool_]:
    """Rows from 1500 to 2200: other numbers are no dates."""
    years = (moments.ticks // (86_400 * 10**6)).astype("datetime64[D]").astype("datetime64[Y]").astype(int) + 1970
    return (years >= 1500) & (years <= 2200)


def _index(values: NDArray[Any]) -> Moments:
    """Numbers of months, weeks, hours, ... begin again; any others only rise."""
    small = bool((values >= 0).all() and (values <= 2400).all() and (values == np.floor(values)).all())
    cyclic = small and values.max() - values.min() < 2400 and values.min() < 1500 and _forward(values)
    rises = bool((np.diff(values) > 0).all())
    return Moments(values, None, "numbers", cyclic=bool(cyclic) and not rises)


def _counted(words: pl.Series) -> Moments | None:
    """Words that differ in one number alone, such as ``week 1``, ``week 2``."""
    parts = words.str.extract_groups("^(?P<before>[^0-9]*)(?P<n>[0-9]{1,9})(?P<after>[^0-9]*)$").struct.unnest()
    if parts["n"].null_count() or parts["before"].n_unique() > 1 or parts["after"].n_unique() > 1:
        return None
    return _index(parts["n"].cast(pl.Float64).to_numpy())


def _like_times(sample: Sequence[str]) -> bool:
    sure = [form for form in known_forms() if form.sure]
    return 2 * sum(any(form.fits(word) for form in sure) for word in sample) >= len(sample)


def _with_digits(sample: Sequence[str]) -> bool:
    return 2 * sum(any(sign.isdigit() for sign in word) for word in sample) >= len(sample)


def _mixed(column: pl.Series, words: pl.Series, sample: Sequence[str]) -> str:
    """What is wrong with a column that is not in one form."""

    def count(form: Form) -> int:
        return sum(map(form.fits, sample))

    best = max(known_forms(), key=count)
    if not count(best):
        return (
            f"column {column.name!r}, row 1: {column[0]!r} is written in no form of a time that is known; {_ADVICE}, "
            "or set time to another column"
        )
    fits = words.str.contains(best.pattern).to_numpy()
    row, like = int((~fits).argmax()), int(fits.argmax())
    return (
        f"column {column.name!r}, row {row + 1}: {column[row]!r} is written otherwise than row {like + 1}, "
        f"{column[like]!r}, which is {best.name}; {_ADVICE}"
    )
