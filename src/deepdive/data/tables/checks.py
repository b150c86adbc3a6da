"""Checks of a table against what is expected of it."""

from collections.abc import Sequence
from typing import Literal

import polars as pl

from deepdive.names import suggestion

Kind = Literal["numbers", "words"]
_TYPES = {"numbers": pl.Float64, "words": pl.String}


def check_columns(table: pl.DataFrame, names: Sequence[str], what: str = "") -> None:
    """Check that a table has all these columns.

    Raises:
        ValueError: it has not; names the first one that is missing (``what`` asked for it), similar ones, and all.

    """
    for name in names:
        if name not in table.columns:
            asked = f"{what} is {name!r}, but " if what else ""
            raise ValueError(f"{asked}the table has no column {name!r}{suggestion(name, table.columns)}")


def check_kind(column: pl.Series, kind: Kind) -> pl.Series:
    """A column if it holds numbers (``Float64``) or words (``String``) as it should; one that is all null fits both.

    Raises:
        ValueError: it does not; names the first value that does not fit.

    """
    if column.dtype == _TYPES[kind]:
        return column
    if column.null_count() == len(column):
        return column.cast(_TYPES[kind])
    row = int(column.is_not_null().arg_max() or 0)
    found = next((name for name, dtype in _TYPES.items() if dtype == column.dtype), column.dtype)
    raise ValueError(f"column {column.name!r} must hold {kind}, but holds {found}: row {row + 1} is {column[row]!r}")


def numbered(count: int, noun: str) -> str:
    """``1 row``, ``2 rows``."""
    return f"{count:,} {noun}{'' if count == 1 else 's'}"
