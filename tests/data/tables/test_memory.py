"""Tables in memory are read as files are."""

import numpy as np
import polars as pl
import pytest
import torch

from deepdive.data.tables import NamedTable, read_table
from deepdive.data.tables.memory import is_table_value, table_in

FRAME = pl.DataFrame({"a": [1.0, None, 3.5], "w": ["x", 'y, "z"', None], "n": ["1", "2", "3"]})


def test_all_forms_make_the_same_table(tmp_path):
    FRAME.write_csv(tmp_path / "t.csv")
    expected = read_table(tmp_path / "t.csv")
    rows = FRAME.to_dicts()
    for given in (
        FRAME,
        rows,
        FRAME.to_dict(as_series=False),
        [{k: v for k, v in row.items() if v is not None} for row in rows],
    ):
        assert is_table_value(given)
        assert read_table(table_in(given)).equals(expected)
    columns = {"x": np.array([1, 2]), "y": torch.tensor([0.5, float("nan")]), "z": (True, False)}
    found = read_table(table_in(columns))
    assert found.to_dict(as_series=False) == {"x": [1.0, 2.0], "y": [0.5, None], "z": ["true", "false"]}


def test_mixed_rows_are_said_to_be_so():
    with pytest.raises(ValueError, match=r"rows, row 2: column 'a' mixes"):
        read_table(table_in([{"a": 1}, {"a": "much"}, {"a": 3}, {"a": 4}]))


def test_a_name_is_told_in_place_of_a_path():
    table = table_in({"^a$": [1]}, "table 2")
    assert isinstance(table, NamedTable)
    with pytest.raises(ValueError, match=r"^table 2: a name of a column"):
        read_table(table)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ([0.5, 10**400], r"rows, row 2: column 'a' .* of 1,329 bits \(infinite, or too large for a double"),
        ([10**5000], r"rows, row 1: column 'a' must hold finite numbers"),
        ([-(10**400), "w"], r"rows, row 1: column 'a' must hold finite numbers"),
        ([1, None, 2**130], r"rows, row 3: .* of 131 bits \(too large for a column"),
    ],
)
def test_a_whole_number_that_no_column_holds_is_not_missing(values, message):
    with pytest.raises(ValueError, match=message):
        table_in({"a": values})
    with pytest.raises(ValueError, match=message):
        table_in([{"a": value} for value in values])
    assert table_in([{"a": 1}, {"a": None}, {"a": 3.5}]).frame["a"].to_list() == [1.0, None, 3.5]


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        ([], ValueError, "rows must have at least one row"),
        ({}, ValueError, "rows must have at least one row"),
        ([{}], ValueError, "rows must have at least one row"),
        ({"a": "word"}, TypeError, "a column must be a sequence of values, got 'word'"),
        ({"a": [1], "b": [1, 2]}, ValueError, "columns of one length, got a 1, b 2"),
        ([{"a": {"b": 1}}], TypeError, "must hold numbers and words, got"),
        ([{"a": object()}], TypeError, "must hold numbers and words, got"),
        ("text", TypeError, "must be rows, columns by name or a data frame, got str"),
    ],
)
def test_what_is_no_table_is_refused(given, error, message):
    with pytest.raises(error, match=message):
        table_in(given)
