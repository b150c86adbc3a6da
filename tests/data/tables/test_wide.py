"""Tables of many columns: what is read of them all at once is what is read of each."""

import random

import numpy as np
import polars as pl
import pytest

from deepdive.data.tables import read_table
from deepdive.data.tables.kinds import ColumnKinds

WORDS = ("1", "-2.5", "1e3", "", "NA", " 7 ", "007", "NAN", "9007199254740992", "x", "0", "+3.0", "9007199254740993")


def test_plain_numbers_are_read_together_whatever_their_columns_are_called(tmp_path, monkeypatch):
    names = ["*", "^a", "a$", ".*", "a", *(f"c{i}" for i in range(200))]
    values = np.random.default_rng(0).normal(size=(3, len(names)))
    path = tmp_path / "wide.csv"
    rows = [",".join(map(repr, row)) for row in values.tolist()]
    path.write_text("\n".join([",".join(names), *rows]))

    def slow(*_, **__):
        raise AssertionError("one column by itself")

    monkeypatch.setattr(ColumnKinds, "of", slow)
    table = read_table(path)
    assert table.columns == names
    np.testing.assert_array_equal(table.to_numpy(), values)


@pytest.mark.parametrize("semicolons", [False, True])
@pytest.mark.parametrize("seed", range(60))
def test_together_they_are_what_each_is_alone(seed, semicolons):
    rng = random.Random(seed)
    some = rng.sample(WORDS, 4)
    frame = pl.DataFrame({f"c{i}": [rng.choice(some) for _ in range(5)] for i in range(4)})
    told: dict[str, list[str]] = {"alone": [], "together": []}

    def read(how):
        kinds = ColumnKinds(lambda row: f"row {row}", told[how].append, semicolons)
        try:
            if how == "alone":
                return pl.DataFrame([kinds.of(column, ignored=column.name == "c0") for column in frame])
            return kinds.frame(frame, spared=["c0"])
        except ValueError as error:
            return str(error)

    alone, together = read("alone"), read("together")
    if isinstance(alone, str) or isinstance(together, str):
        assert str(alone) == str(together)
    else:
        assert alone.equals(together, null_equal=True)
        assert alone.schema == together.schema
    assert told["alone"] == told["together"]


@pytest.mark.parametrize("name", ["^a$", "^.*$", "^$"])
@pytest.mark.parametrize("kind", ["csv", "parquet"])
def test_a_name_that_is_a_pattern_is_refused(name, kind, tmp_path):
    table, path = pl.DataFrame({name: [1.0, 2.0], "a": [3.0, 4.0]}), tmp_path / f"t.{kind}"
    table.write_csv(path) if kind == "csv" else table.write_parquet(path)
    with pytest.raises(ValueError, match=r"a name of a column must not begin with \^ and end with \$, got '\^"):
        read_table(path)
