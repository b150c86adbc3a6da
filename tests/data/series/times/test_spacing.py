"""Even and uneven distances in time."""

from datetime import date, timedelta
from itertools import pairwise

import polars as pl
import pytest

from deepdive.data.series import series_of


def notes(words):
    return series_of(pl.DataFrame({"Date": words, "v": [float(i) for i in range(len(words))]}), "v").notes


def working_days(count):
    days = [date(2020, 1, 1) + timedelta(days=i) for i in range(2 * count)]
    return [str(day) for day in days if day.weekday() < 5][:count]


@pytest.mark.parametrize(
    "words",
    [
        ["2020-01-31", "2020-02-29", "2020-03-31"],  # ends of months
        ["2020-01-31", "2020-02-28", "2020-03-31", "2020-04-30"],  # their last working days
        ["2019-12-31", "2020-12-31", "2021-12-31"],
        ["2019Q3", "2019Q4", "2020Q1"],
        working_days(30),
        ["2020-03-28 00:00+01:00", "2020-03-29 00:00+01:00", "2020-03-30 00:00+02:00"],  # midnights on the spot
        ["2020-10-25 02:00+02:00", "2020-10-25 02:00+01:00", "2020-10-25 03:00+01:00"],  # hours of UTC
        [1700.0, 1701.0, 1702.0],
        [43831.0, 43862.0, 43891.0, 43922.0],  # firsts of months, by a spreadsheet
        ["2020-01-01", "2020-01-08", "2020-01-15"],
    ],
)
def test_even_by_clock_or_calendar(words):
    assert notes(words) == ()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (
            ["2020-01-04", "2020-01-05", "2020-01-08", "2020-01-09"],
            "2 of 3 steps are 1 day, the longest is 3 days, from row 2 (2020-01-05) to row 3 (2020-01-08); 2 rows are "
            "missing",
        ),
        (["2020-01", "2020-02", "2020-03", "2020-05"], "2 of 3 steps are 1 month, the longest is 2 months"),
        (
            ["2020-01-02 00:00", "2020-01-02 01:00", "2020-01-02 04:00"],
            "1 of 2 steps are 1 hour, the longest is 3 hours",
        ),
        (
            ["2020-01-01 00:00", "2020-01-01 00:10", "2020-01-01 00:20", "2020-01-01 00:25"],
            "2 of 3 steps are 10 minutes",
        ),
        ([*working_days(5), *working_days(8)[6:]], "5 of 6 steps are 1 working day, the longest is 2 working days"),
        ([1.6e9 + 86_400 * day for day in (0, 1, 2, 4)], "2 of 3 steps are 1 day, the longest is 2 days"),  # since 1970
        ([1.0, 2.0, 3.0, 5.0], "2 of 3 steps are 1, the longest is 2, from row 3 (3) to row 4 (5); 1 row is missing"),
    ],
)
def test_uneven_distances_are_told(words, said):
    [note] = notes(words)
    assert note.startswith("column 'Date' is not evenly spaced: ")
    assert said in note
    assert note.endswith("; the rows count as evenly spaced")


def test_a_saturday_is_no_day_of_work():
    """From Tuesday to Saturday: by days of work from Monday to Friday these would be even, Saturday being Monday."""
    days = [date(2020, 1, 7) + timedelta(days=7 * week + i) for week in range(4) for i in range(5)]
    assert {day.weekday() for day in days} == {1, 2, 3, 4, 5}
    [note] = notes([str(day) for day in days])
    steps = [(b - a).days for a, b in pairwise(days)]
    assert f"{steps.count(1)} of {len(steps)} steps are 1 day, the longest is {max(steps)} days" in note
