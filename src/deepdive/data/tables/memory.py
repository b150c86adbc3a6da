"""Tables that are in memory, as if each were a file: data frames, columns by name, rows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl


@dataclass(frozen=True, eq=False, slots=True)
class NamedTable:
    """A table in memory, and what it is called where a file has its path."""

    path: Path
    """A name, such as ``rows``; no file."""
    frame: pl.DataFrame


def is_table_value(value: object) -> bool:
    """Whether it is one of the kinds that `table_in` takes."""
    return isinstance(value, NamedTable | Mapping) or _is_frame(value) or (_is_rows(value) and len(value) > 0)  # type: ignore[arg-type]


def table_in(value: Any, name: str = "rows") -> NamedTable:
    """A data frame of polars or pandas (its index does not count), columns by name, or rows: a mapping for each.

    A key that a row lacks is a missing value there, and so are ``None`` and NaN.

    Raises:
        ValueError: there are no rows, columns are of different lengths, a name is there twice, or a whole number is too
            large; names column and row.
        TypeError: it is none of these, or a value is neither a number nor a word.

    """
    if isinstance(value, NamedTable):
        return value
    if isinstance(value, Mapping):
        columns = {str(key): _plain(each) for key, each in value.items()}
    elif _is_frame(value):
        columns = _columns_of(value, name)
    elif _is_rows(value):
        keys = dict.fromkeys(key for row in value for key in row)
        columns = {str(key): [row.get(key) for row in value] for key in keys}
    else:
        raise TypeError(f"{name} must be rows, columns by name or a data frame, got {type(value).__name__}")
    lengths = {key: len(each) for key, each in columns.items()}
    if len(set(lengths.values())) > 1:
        told = ", ".join(f"{key} {length}" for key, length in lengths.items())
        raise ValueError(f"{name} must have columns of one length, got {told}")
    if not columns or not next(iter(lengths.values())):
        raise ValueError(f"{name} must have at least one row, got none")
    made = []
    for key, values in columns.items():
        column = pl.Series(key, values, strict=False)
        if column.null_count():
            _check_held(column, values, name)
        if column.dtype == pl.Object or column.dtype.is_nested():
            odd = next(each for each in values if each is not None and not isinstance(each, str | int | float))
            raise TypeError(f"{name} must hold numbers and words, got {odd!r} in column {key!r}")
        made.append(column)
    return NamedTable(Path(name), pl.DataFrame(made))


def _check_held(column: pl.Series, values: Any, name: str) -> None:
    """Refuse a whole number that no column holds: it would be missing there."""
    for row, (value, held) in enumerate(zip(values, column, strict=True)):
        if held is None and isinstance(value, int) and value.bit_length() > 62:
            why = "too large for a column" if value.bit_length() <= 1024 else "infinite, or too large for a double"
            raise ValueError(
                f"{name}, row {row + 1}: column {column.name!r} must hold finite numbers, got a whole number of "
                f"{value.bit_length():,} bits ({why})"
            )


def _is_frame(value: object) -> bool:
    return isinstance(value, pl.DataFrame) or (hasattr(value, "columns") and hasattr(value, "to_dict"))


def _is_rows(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str) and all(isinstance(x, Mapping) for x in value)


def _columns_of(frame: Any, name: str) -> dict[str, Any]:
    if isinstance(frame, pl.DataFrame):
        return {column.name: column for column in frame}
    names = [str(each) for each in frame.columns]
    if len(set(names)) < len(names):
        twice = next(each for each in names if names.count(each) > 1)
        raise ValueError(f"{name} must have columns of different names, got {twice!r} twice")
    columns = (frame[each].astype(object) for each in frame.columns)
    return {key: each.where(each.notna(), None).tolist() for key, each in zip(names, columns, strict=True)}


def _plain(values: Any) -> Any:
    """Of an array, a tensor or a series its values as Python has them."""
    if isinstance(values, str) or not hasattr(values, "__len__"):
        raise TypeError(f"a column must be a sequence of values, got {values!r}")
    return values.tolist() if hasattr(values, "tolist") else list(values)
