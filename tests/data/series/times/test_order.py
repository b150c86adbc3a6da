"""The order of rows in time, in every usual form, against Python's own calendar."""

import random
import re
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from deepdive.data.series import Series, series_of
from deepdive.data.series.times.reading import _directions, moments_of

FORMS = (
    *("%Y-%m-%d %H:%M", "%Y/%m/%d %H:%M:%S", "%Y.%m.%d %H:%M", "%Y%m%dT%H%M%S", "%Y-%jT%H:%M", "%G-W%V-%u %H:%M"),
    *("%b %d, %Y %H:%M", "%d %B %Y %I:%M %p", "%d-%b-%Y %H:%M:%S", "%a, %d %b %Y %H:%M:%S", "%a %b %d %H:%M:%S %Y"),
    *("%A, %B %d, %Y %H:%M", "%d/%b/%Y:%H:%M:%S", "%Y年%m月%d日 %H:%M", "%Y%m%d%H%M", "%Y-%m-%dT%H:%M:%S.%f", "%s"),
)
ZONED = ("%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%d %H:%M%:z", "%d/%b/%Y:%H:%M:%S %z", "%a, %d %b %Y %H:%M:%S %z")
STEPS = (timedelta(minutes=7), timedelta(hours=1), timedelta(days=1), timedelta(days=31, hours=5))


def read(words, column="Date", **options) -> Series:
    """The series of these times; the value of a row is its number."""
    numbers = all(re.fullmatch(r"\d+(\.\d\d?)?", word) for word in words)
    times = [float(word) for word in words] if numbers else words
    table = pl.DataFrame({column: times, "v": [float(i) for i in range(len(words))]})
    return series_of(table, "v", **options)


def written(moment, form):
    if form == "%s":
        return str(int(moment.replace(tzinfo=UTC).timestamp()))
    if "%:z" in form:
        plain = moment.strftime("%z")
        form = form.replace("%:z", f"{plain[:3]}:{plain[3:]}")
    return moment.strftime(form)


@settings(max_examples=40)
@given(
    start=st.datetimes(datetime(1975, 1, 1), datetime(2030, 1, 1)),
    step=st.sampled_from(STEPS),
    count=st.integers(3, 12),
    form=st.sampled_from((*FORMS, *ZONED)),
    seed=st.integers(0, 1000),
)
def test_order_is_that_of_pythons_datetime(start, step, count, form, seed):
    start, rng = start.replace(second=0, microsecond=0), random.Random(seed)
    moments = [start + i * step for i in range(count)]
    if form in ZONED:  # the same moments on clocks of different zones
        zones = [timezone(timedelta(minutes=rng.choice((-570, -60, 0, 60, 120, 345)))) for _ in moments]
        moments = [each.replace(tzinfo=UTC).astimezone(zone) for each, zone in zip(moments, zones, strict=True)]
    words = [written(each, form) for each in moments]
    series = read(words)
    assert series.values.tolist() == list(range(count))
    assert series.notes == ()  # evenly spaced
    with pytest.raises(ValueError, match=r"goes back in time: row 2 .* the newest row is the first"):
        read(words[::-1])
    assert read(words[::-1], order="sort").values.tolist() == list(range(count))[::-1]
    mixed = rng.sample(range(count), count)
    shuffled = [words[i] for i in mixed]
    if mixed != sorted(mixed):
        with pytest.raises(ValueError, match="goes back in time"):
            read(shuffled)
    by_time = sorted(range(count), key=lambda i: moments[mixed[i]])
    assert read(shuffled, order="sort").values.tolist() == by_time
    with pytest.raises(ValueError, match=f"has the same time in rows 2 and {count + 1}"):
        read([*words, words[1]])


@settings(max_examples=40)
@given(
    start=st.datetimes(datetime(2001, 1, 1), datetime(2030, 1, 1)),
    step=st.sampled_from((timedelta(days=1), timedelta(days=11), timedelta(days=29))),
    count=st.integers(3, 9),
    form=st.sampled_from(("%d/%m/%Y", "%m/%d/%Y", "%d.%m.%y", "%m-%d-%y")),
    direction=st.sampled_from((1, -1)),
)
def test_days_and_months_are_told_apart_by_the_whole_column(start, step, count, form, direction):
    words = [(start + direction * i * step).strftime(form) for i in range(count)]
    orders = [order(words, each) for each in (form, swapped(form))]
    if orders in ([direction, -direction], [0, 1]):
        assert "can be read as" in told(words)  # one of two readings runs from old to new
    elif direction > 0:
        assert read(words).values.tolist() == list(range(count))
    else:
        with pytest.raises(ValueError, match="goes back in time"):
            read(words)


def told(words):
    """The first note, or why the words are refused."""
    try:
        return read(words).notes[0]
    except ValueError as error:
        return str(error)


def swapped(form):
    return form.replace("%d", "%?").replace("%m", "%d").replace("%?", "%m")


def order(words, form):
    """1 if times ascend when read so, -1 if they descend, else 0."""
    try:
        times = [datetime.strptime(word, form) for word in words]
    except ValueError:
        return 0
    return 1 if times == sorted(set(times)) else -1 if times[::-1] == sorted(set(times)) else 0


@pytest.mark.parametrize(
    "words",
    [
        *(["2020Q4", "2021Q1"], ["Q4 2020", "Q1 2021"], ["4Q20", "1Q21"], ["2020-Q4", "2021-Q1"], ["2020H2", "2021H1"]),
        *(["2020-W53", "2021-W01"], ["W53 2020", "W01 2021"], ["2020-12", "2021-01"], ["12/2020", "01/2021"]),
        *(["202012", "202101"], ["Dec-2020", "Jan-2021"], ["Dec 20", "Jan 21"], ["December 2020", "January 2021"]),
        *(
            ["2020", "2021"],
            ["FY2020", "FY2021"],
            ["2020/21", "2021/22"],
            ["2020M12", "2021M01"],
            ["1-11", "1-12", "2-01"],
        ),
        *(["12/31/20", "01/01/21"], ["20201231", "20210101"], ["201231", "210101"], ["31122020", "01012021"]),
        *(["44196", "44197"], ["44196.25", "44196.5"], ["1609459199", "1609459200"], ["1609459199.5", "1609459200"]),
        *(["1609459199000", "1609459200000"], ["2020-12-31 24:00", "2021-01-01 00:01"], ["31.12.69", "01.01.70"]),
        *(["12/31/2020 11:59 PM", "1/1/2021 12:00 AM"], ["12/31/2020 11 pm", "1/1/2021 12 am"], ["week 9", "week 10"]),
        *(["2020-12-31T02:00+02:00", "2020-12-31T02:00+01:00"], ["2020-10-25 02:30 CEST", "2020-10-25 02:30 CET"]),
        *(["2020-01-01T00:00:00.123456788Z", "2020-01-01T00:00:00.123456789Z"], ["31st Dec 2020", "1st Jan 2021"]),
        *(["1600-02-29", "1600-03-01"], ["2020-12-31T23Z", "2021-01-01T00Z"], ["20201231T23", "20210101T00"]),
        *(
            ["12/30/68", "12/31/68", "1/1/69"],
            ["Nov-68", "Dec-68", "Jan-69"],
            ["2020-1-9", "2020-1-10"],
            ["31 DEC 2020", "01 JAN 2021"],
        ),
    ],
)
def test_the_newest_first_is_refused_in_every_form(words):
    assert read(words).values.tolist() == list(range(len(words)))
    with pytest.raises(ValueError, match="goes back in time: row 2"):
        read(words[::-1])


@pytest.mark.parametrize(
    ("words", "row"),
    [
        (["2020-01-30", "2020-99-01", "2020-03-01"], "row 2: '2020-99-01', read as yyyy-mm-dd: there is no such"),
        (["2019-02-28", "2019-02-29", "2019-03-01"], "row 2: '2019-02-29'"),
        (["1900-02-28", "1900-02-29"], "row 2: '1900-02-29'"),
        (["20200101", "20200199", "20200203"], "row 2: 20200199"),
        (["2020-W53-7", "2021-W53-1"], "row 2: '2021-W53-1'"),
        (["2020Q4", "2020Q5"], "row 2: '2020Q5'"),
        (["2020-366", "2021-366"], "row 2: '2021-366'"),
        (["31/12/2020", "12/31/2020"], "row 2: '12/31/2020', read as dd/mm/yyyy"),
        (["2020-01-01 23:00", "2020-01-01 24:30"], "row 2: '2020-01-01 24:30'"),
        (["1/1/2020 1:00 PM", "1/1/2020 13:00 PM"], "row 2: '1/1/2020 13:00 PM'"),
        (["2020-01-01 01:00+01:00", "2020-01-01 03:00"], "row 2: '2020-01-01 03:00', .* its zone is missing"),
        (
            ["2020-01-01", "01.02.2020", "2020-03-01"],
            "row 2: '01.02.2020' is written otherwise than row 1, '2020-01-01'",
        ),
        (["1. stycznia 2021", "2. stycznia 2021"], "row 1: '1. stycznia 2021' is written in no form"),
        (["02/01/2020", "01/02/2020"], "can be read as dd/mm/yyyy or as mm/dd/yyyy: as dd/mm/yyyy it runs from old"),
        (["05/07/2020", "03/09/2020", "04/01/2020"], "can be read as .* and its rows do not run from old to new"),
        (["2020-10-25 02:30", "2020-10-25 02:30"], "the same time in rows 1 and 2: .*if clocks were put back"),
        (["2020-10-25 02:30", "2020-10-25 02:00"], "goes back in time: row 2"),
        (["2020-01-01T02:00+01:00", "2020-01-01T02:00+02:00"], "times are compared in UTC"),
        (["2020-01-01T02:00+02:00", "2020-01-01T01:00+01:00"], "the same time in rows 1 and 2: .* and 2020-01-01T01"),
        (["Dec", "Nov", "Oct", "Sep"], "goes back in time: row 2 is Nov, after Dec"),
        (["23:00", "22:00", "21:00"], "goes back in time: row 2 is 22:00"),
    ],
)
def test_what_is_wrong_with_times_is_named(words, row):
    with pytest.raises(ValueError, match=f"column 'Date'.*{row}"):
        read(words)


def test_the_order_can_be_kept_and_a_note_says_so():
    assert read(["2020-01-02", "2020-01-01"], order="keep").notes == (
        "column 'Date' is not read; the first row counts as the oldest",
    )
    with pytest.raises(ValueError, match="order is sort, but column 'Date' does not tell the order of time"):
        read(["Jan 2", "Jan 1", "Dec 31"], order="sort")


def test_months_without_a_year_begin_again():
    for words in (["Nov", "Dec", "Jan", "Feb"], ["22:00", "23:00", "0:00"], ["11", "12", "1", "2"]):
        assert read(words).notes == ("column 'Date' begins again and again; the first row counts as the oldest",)


@given(st.lists(st.integers(-5, 5), min_size=1, max_size=20))
def test_steps_that_go_on_and_steps_back_are_counted(ticks):
    pairs = [*pairwise(ticks)]
    assert _directions(np.array(ticks)) == (sum(a < b for a, b in pairs), sum(a > b for a, b in pairs))


@pytest.mark.parametrize("words", [["3-12", "11-5", "2-10", "8-1"], ["3/12", "11/5", "2/10", "8/1"], ["3.12", "11.05"]])
def test_two_short_numbers_are_times_only_where_the_column_is_known_to_tell_them(words):
    """A month and a year, or a score, a size, a part number."""
    column = pl.Series("code", words)
    assert moments_of(column, named=False) is None
    assert moments_of(column, named=True) is not None


@pytest.mark.parametrize("year", range(1999, 2031))
def test_the_week_that_a_year_lacks_is_blamed_and_no_other(year):
    """A week of two digits is no day of a week of one digit, in whatever column it stands."""
    words = [f"{year}-W52", f"{year}-W53", f"{year + 1}-W01"]
    if date(year, 12, 28).isocalendar().week == 53:
        assert read(words).values.tolist() == [0, 1, 2]
        return
    with pytest.raises(ValueError, match=rf"row 2: '{year}-W53', read as year, week: there is no such moment"):
        read(words)


@pytest.mark.parametrize("form", ["%G-W%V-%u", "%GW%V%u", "%G-W%V%u", "%G W%V-%u"])
def test_days_of_weeks_are_read_with_two_digits_of_the_week(form):
    days = [date(2020, 12, 20) + timedelta(days=each) for each in range(30)]
    assert read([day.strftime(form) for day in days]).notes == ()


def test_of_readings_that_are_wrong_alike_the_one_in_the_order_of_time_is_told():
    with pytest.raises(ValueError, match="row 3: '02/30/2021', read as mm/dd/yyyy: there is no such moment"):
        read(["01/05/2021", "02/03/2021", "02/30/2021", "03/04/2021"])


@pytest.mark.parametrize("names", [("^Date", "v$"), (".*", "*")])
def test_names_of_columns_are_no_patterns(names):
    table = pl.DataFrame({names[0]: ["2020-01-03", "2020-01-02", "2020-01-01"], names[1]: [3.0, 2.0, 1.0]})
    for time in (None, names[0]):
        assert series_of(table, names[1], time=time, order="sort").values.tolist() == [1.0, 2.0, 3.0]
