"""Reading a table from a file, each column either numbers or words."""

from collections.abc import Sequence
from pathlib import Path

import polars as pl

from deepdive.data.tables.text import read_text

MISSING = ("", "NA", "N/A", "n/a", "NaN", "nan", "null", "NULL", "<NA>", "#N/A", "?")
"""How tables write that a value is missing. ``None`` is not among them: many a table means a category by it."""
_EXACT = 2.0**53
"""From here on, not every whole number is a double."""


def read_table(
    path: Path | str,
    *,
    delimiter: str | None = None,
    columns: Sequence[str] | None = None,
    text: Sequence[str] = (),
) -> pl.DataFrame:
    """The table of a CSV, TSV, white-space separated or Parquet file: columns of ``Float64`` or ``String``.

    A column whose values are all numbers is one of numbers. What `MISSING` lists is null, in words too. Rows are
    counted from 1 in messages, without the header.

    Args:
        path: the file; its suffix tells the format.
        delimiter: of a text file, see `read_text`; by the suffix if not given.
        columns: the names of the columns of a text file that has no header.
        text: columns that hold words even where they look like numbers: codes, house numbers, postal codes.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it cannot be read (see `read_text`), its first line is not a header, a column mixes numbers and
            words, holds an infinite value, a whole number too large for a double, or something else than numbers and
            words; names the column, the first such row and its value.

    """
    path = Path(path).expanduser()
    if path.is_dir():
        raise ValueError(f"{path} is a folder; a table is a file: CSV, TSV, white-space separated text or Parquet")
    if not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    if _is_parquet(path):
        frame = _read_parquet(path)
    else:
        frame = read_text(path, delimiter=delimiter, columns=columns)
    typed = frame.select([_typed(frame[name], path, as_text=name in text) for name in frame.columns])
    if columns is None and not _is_parquet(path) and _looks_like_data(typed):
        raise ValueError(
            f"the first line of {path} looks like data, not like a header: {', '.join(frame.columns[:4])}, ...; give "
            "the names of the columns"
        )
    return typed


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1" or ".parquet" in path.suffixes


def _read_parquet(path: Path) -> pl.DataFrame:
    try:
        frame = pl.read_parquet(path)
    except (pl.exceptions.PolarsError, OSError) as error:
        raise ValueError(f"{path} is no whole Parquet file: {str(error).splitlines()[0]}") from error
    if not frame.height:
        raise ValueError(f"{path} has no rows")
    return frame


def _typed(column: pl.Series, path: Path, *, as_text: bool) -> pl.Series:
    """A column as ``Float64`` or ``String``, missing values null."""
    kind = column.dtype
    if kind.is_numeric():
        numbers = _checked_numbers(column.cast(pl.Float64).fill_nan(None), column, path)
        return _as_words(column) if as_text else numbers
    if kind == pl.Null:
        return column.cast(pl.String)
    if kind == pl.Boolean or isinstance(kind, pl.Categorical | pl.Enum):
        return column.cast(pl.String)
    if kind != pl.String:
        raise ValueError(
            f"{path}, column {column.name!r} holds {kind}; only numbers and words can be used: leave it out or convert "
            "it, e.g. a date to days"
        )
    words = column.str.strip_chars()
    words = words.replace(MISSING, None)
    if as_text:
        return words
    numbers = words.cast(pl.Float64, strict=False)
    bad = words.is_not_null() & numbers.is_null()
    if not bad.any():
        return _checked_numbers(numbers, words, path) if words.null_count() < len(words) else words
    numeric = len(words) - words.null_count() - int(bad.sum())
    if numeric > bad.sum():
        row = int(bad.arg_max() or 0)
        raise ValueError(
            f"{path}, column {column.name!r} mixes numbers and words: row {row + 1} is {words[row]!r}, but {numeric} "
            f"of {numeric + int(bad.sum())} values are numbers; correct it, write NA for a missing value, or declare "
            "the column as categorical"
        )
    return words


def _checked_numbers(numbers: pl.Series, written: pl.Series, path: Path) -> pl.Series:
    infinite = numbers.is_infinite().fill_null(False)
    if infinite.any():
        row = int(infinite.arg_max() or 0)
        raise ValueError(
            f"{path}, column {numbers.name!r}, row {row + 1}: {written[row]} is infinite, or too large for a double; "
            "every number must be finite"
        )
    huge = numbers.abs().fill_null(0) > _EXACT
    if written.dtype == pl.String:
        huge = huge & written.fill_null("").str.contains(r"^[+-]?\d+$")
    elif not written.dtype.is_integer():
        return numbers
    if huge.any():
        row = int(huge.arg_max() or 0)
        raise ValueError(
            f"{path}, column {numbers.name!r}, row {row + 1}: {written[row]} is beyond 2^53, where a double no longer "
            "holds every whole number; leave the column out, or declare it as categorical if it is a code"
        )
    return numbers


def _as_words(column: pl.Series) -> pl.Series:
    """Numbers as words: ``20`` for ``20.0``."""
    if column.dtype.is_float():
        column = column.fill_nan(None)
        whole = column.drop_nulls()
        if (whole == whole.round()).all() and (whole.abs() <= _EXACT).all():
            column = column.cast(pl.Int64)
    return column.cast(pl.String)


def _looks_like_data(frame: pl.DataFrame) -> bool:
    """Whether every column's name is like its values: a number over numbers, one of the values over words."""
    known = [column for column in frame if column.null_count() < len(column)]
    return bool(known) and all(
        _is_number(column.name) if column.dtype == pl.Float64 else bool((column == column.name).any())
        for column in known
    )


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
