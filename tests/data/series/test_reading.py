"""Columns of files as series, and what is wrong with files."""

import os
from pathlib import Path

import polars as pl
import pytest
import torch

from deepdive.data.series import SERIES, Series, load_series, read_series, series_of

FOLDERS = os.environ.get("DEEPDIVE_DATA", "").split(os.pathsep)  # as it is before other tests change it


def write(folder, text, name="series.csv"):
    path = folder / name
    path.write_text(text)
    return path


def test_a_column_that_is_not_asked_for_may_hold_anything(tmp_path):
    path = write(tmp_path, "t,a,b\n2020-01-01,1,1\n2020-01-02,2,2\n2020-01-03,4,red\n")
    assert read_series(path, "a").values.tolist() == [1, 2, 4]
    with pytest.raises(ValueError, match=r"mixes numbers and words: 'red'.* or set column to another one$"):
        read_series(path)
    with pytest.raises(
        ValueError, match=r"mixes numbers and words: 'red'.*, write NA for a missing value, or leave the column out$"
    ):
        read_series(path, "b")


def test_values_and_times_of_the_only_column_of_numbers(tmp_path):
    path = write(tmp_path, "Month,Passengers\n1949-01,112\n1949-02,118\n1949-03,132.5\n")
    series = read_series(path)
    assert series.name == "Passengers"
    assert series.values.dtype == torch.float64
    assert series.values.tolist() == [112, 118, 132.5]
    assert series.times == ("1949-01", "1949-02", "1949-03")
    assert len(series) == 3


def test_times_are_found_by_name_or_as_words_or_not_at_all(tmp_path):
    rows = "2000,1,x\n2001,2,y\n2002,4,z\n"
    assert read_series(write(tmp_path, "Year,v,w\n" + rows)).times == ("2000", "2001", "2002")
    assert read_series(write(tmp_path, "a,v,w\n" + rows), "v").times == ("x", "y", "z")
    assert read_series(write(tmp_path, "a,v,w\n" + rows), "v", time="a").times == ("2000", "2001", "2002")
    assert read_series(write(tmp_path, "v\n1\n2\n")).times is None
    assert read_series(write(tmp_path, "v w\n1 5\n2 5.5\n", "s.dat"), "w").values.tolist() == [5, 5.5]


def test_a_month_of_numbers_starts_again_every_year(tmp_path):
    path = write(tmp_path, "month,v\n11,1\n12,2\n1,3\n")
    assert read_series(path).times == ("11", "12", "1")


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        ("t,Sales\n2000-01,1\n2000-02,2\n", "sales", "column is 'sales', but .*did you mean 'Sales'"),
        ("t,a,b\nx,1,2\ny,2,3\n", None, "column is not set, and of 3 columns 2 hold numbers: a, b; name one"),
        ("t,a\nx,u\ny,v\n", None, "column is not set, and of 2 columns none holds numbers"),
        ("t,a\nx,red\ny,blue\n", "a", "column 'a' holds no numbers: row 1 is 'red'"),
        ("t,a\nx,1\ny,2\nz,red\n", "a", "series.csv:4: column 'a' mixes numbers and words: 'red'"),
        ("t,a\nx,1\ny,inf\n", "a", "series.csv:3: column 'a' must hold finite numbers, got inf"),
        ("t,a\nx,1\ny,\nz,3\nu,NaN\nv,2\n", "a", "'a' has no value in 2 of 5 rows: 2, 4; fill them in, or set gaps"),
        ("t,a\nx,4\ny,4\n", "a", "series 'a' is constant: every value is 4; nothing is to be forecast"),
        ("t,a\nx,4\n", "a", "series 'a' has 1 values; it must have at least 2"),
        ("t,a\n2000-02,1\n2000-01,2\n", "a", "'t' goes back in time: row 2 is 2000-01, after 2000-02"),
        ("year,a\n2001,1\n2000,2\n", "a", "'year' goes back in time: row 2 is 2000, after 2001"),
        ("date,a\n2000-02,1\n,2\n", "a", "column 'date' tells no time in row 2"),
        ("t,a\nx,1\ny,2\n", "t", "holds no numbers: row 1 is 'x'"),
    ],
)
def test_what_is_wrong_is_named(tmp_path, text, column, message):
    with pytest.raises(ValueError, match=message):
        read_series(write(tmp_path, text), column)


def test_gaps_are_filled_on_the_line_between_neighbours(tmp_path):
    path = write(tmp_path, "a\n1\nNA\nNA\n7\n5\n")
    series = read_series(path, gaps="interpolate")
    assert series.values.tolist() == [1, 3, 5, 7, 5]
    assert series.notes[-1:] == ("column 'a' has no value in 2 of 5 rows: 2, 3; interpolated",)
    with pytest.raises(ValueError, match="the first and the last row must have one to interpolate between"):
        read_series(write(tmp_path, "a\n1\n2\nNA\n"), gaps="interpolate")


def test_what_was_taken_for_the_delimiter_is_noted(tmp_path):
    series = read_series(write(tmp_path, "t;v\n2000;1.5\n2001;2\n"), "v")
    assert series.values.tolist() == [1.5, 2]
    assert series.notes[0].endswith("series.csv is read as separated by semicolon, as its header has it")


def test_arguments_are_checked(tmp_path):
    table = pl.DataFrame({"a": [1.0, 2.0], "b": ["x", "y"]})
    with pytest.raises(ValueError, match="gaps must be refuse or interpolate, got 'drop'"):
        series_of.__wrapped__(table, gaps="drop")
    with pytest.raises(ValueError, match="order must be refuse, sort or keep, got 'reverse'"):
        series_of.__wrapped__(table, order="reverse")
    with pytest.raises(ValueError, match="time is 'c', but the table has no column 'c'"):
        series_of(table, time="c")
    for name in ("time", "column"):
        with pytest.raises(ValueError, match=f"{name} is '', but the table has no column ''"):
            series_of(table, **{name: ""})
    with pytest.raises(ValueError, match="column and time are both 'a'"):
        series_of(table, "a", time="a")
    with pytest.raises(FileNotFoundError, match="no such file"):
        read_series(tmp_path / "none.csv")
    with pytest.raises(ValueError, match="data is 'mnist', which is no series; these are: sunspots"):
        load_series("mnist")
    with pytest.raises(ValueError, match=r"did you mean 'sunspots'.*nor is there a file of that name"):
        load_series("sunspot")


def test_a_named_series_is_read_from_its_file(tmp_path, monkeypatch):
    path = write(tmp_path, "Month,Passengers\n1949-01,112\n1949-02,118\n")
    named = SERIES["airline-passengers"]
    monkeypatch.setattr("deepdive.data.series.named.fetch", lambda name, report=None: {named.file: path})
    assert load_series("airline-passengers").values.tolist() == [112, 118]


@pytest.mark.parametrize(
    ("name", "length", "first"),
    [("sunspots", 2820, 58.0), ("airline-passengers", 144, 112.0), ("min-temperatures", 3650, 20.7)],
)
def test_the_real_series_are_whole(name, length, first):
    named = SERIES[name]
    found = [path for folder in FOLDERS if folder for path in Path(folder).rglob(named.file)]
    if not found:
        pytest.skip(f"{named.file} is in no folder of DEEPDIVE_DATA")
    series = read_series(found[0], named.column)
    assert isinstance(series, Series)
    assert (len(series), float(series.values[0])) == (length, first)
    assert named.period is not None
    assert named.period < length
