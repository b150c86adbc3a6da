"""Which columns tell the time."""

import polars as pl
import pytest

from deepdive.data.series import read_series, series_of


def series(folder, text, **options):
    path = folder / "s.csv"
    path.write_text(text)
    return read_series(path, "v", **options)


@pytest.mark.parametrize(
    ("text", "times"),
    [
        ("year,month,day,hour,v\n2020,1,31,23,1\n2020,2,1,0,2\n", ("2020-01-31 23:00", "2020-02-01 00:00")),
        ("YEAR,MO,v\n2020,12,1\n2021,1,2\n", ("2020-12", "2021-01")),
        ("Year,Month,v\n2020,Dec,1\n2021,Jan,2\n", ("2020 Dec", "2021 Jan")),
        ("year,quarter,v\n2020,4,1\n2021,1,2\n", ("2020-Q4", "2021-Q1")),
        ("year,week,v\n2020,53,1\n2021,1,2\n", ("2020-W53", "2021-W01")),
        ("year,day,v\n2020,366,1\n2021,1,2\n", ("2020-366", "2021-001")),
        ("Date,Time,v\n16/12/2006,23:59,1\n16/12/2006,24:00,2\n", ("16/12/2006 23:59", "16/12/2006 24:00")),
        ("date,hour,v\n20061216,9,1\n20061216,10,2\n", ("20061216T09:00", "20061216T10:00")),
        ("id,v,seen\nx,1,01/02/2020\ny,2,02/02/2020\n", ("01/02/2020", "02/02/2020")),
        ("n,v,unix\n4,1,1609459200\n2,2,1609459260\n", ("1609459200", "1609459260")),
    ],
)
def test_columns_are_found_by_name_or_by_what_they_hold(tmp_path, text, times):
    assert series(tmp_path, text).times == times
    head, *rows = text.splitlines()
    with pytest.raises(ValueError, match="goes back in time: row 2"):
        series(tmp_path, "\n".join([head, *rows[::-1]]) + "\n")


def test_several_series_in_a_file_are_told_apart(tmp_path):
    text = "day,store,v\n01/01/2020,a,1\n01/02/2020,a,2\n01/01/2020,b,3\n01/02/2020,b,4\n"
    with pytest.raises(ValueError, match=r"rows 1 and 3: 01/01/2020 .*column 'store' tells 2 series apart \(a, b\)"):
        series(tmp_path, text)
    with pytest.raises(ValueError, match="column 'when' tells no time in row 2"):
        series(tmp_path, "when,v\n2020-01-01,1\n,2\n2020-01-03,3\n")


def test_the_column_of_values_is_no_clock(tmp_path):
    path = tmp_path / "s.csv"
    path.write_text("count\n1609459380\n1609459320\n1609459260\n1609459200\n")
    found = read_series(path)
    assert found.times is None
    assert found.notes == ("no column tells the time of a row; the first row counts as the oldest",)


@pytest.mark.parametrize(
    "words",
    [
        ("2020-03-01 12:30 AM", "2020-03-01 01:00 AM", "2020-03-01 12:15 PM", "2020-03-01 01:00 PM"),
        ("2020-03-01 12:30 EDT", "2020-03-01 12:00 EST", "2020-03-01 13:30 EDT", "2020-03-01 12:45 EST"),
    ],
    ids=["12 AM is midnight", "EDT is an hour before EST"],
)
def test_halves_of_the_day_and_zones_by_name(words):
    table = pl.DataFrame({"Date": words, "v": [1.0, 2.0, 3.0, 4.0]})
    assert series_of(table, "v").times == words
    with pytest.raises(ValueError, match="row"):
        series_of(table.reverse(), "v")
