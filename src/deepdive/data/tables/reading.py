"""Reading a table from a file, each column either numbers or words."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

import polars as pl

from deepdive.data.delimited import read_delimited
from deepdive.data.tables.kinds import ColumnKinds
from deepdive.data.tables.memory import NamedTable
from deepdive.data.tables.parquet import read_parquet
from deepdive.data.tables.text import words_of
from deepdive.names import printable


class HeaderError(ValueError):
    """A table has no header, where it must have one."""


def read_table(
    path: Path | str | NamedTable,
    *,
    delimiter: str | None = None,
    columns: Sequence[str] | None = None,
    text: Sequence[str] = (),
    ignore: Collection[str] = (),
    only: Collection[str] | None = None,
    declare: Callable[[str], str] | None = None,
    leave_out: Callable[[str], str] | None = None,
    note: Callable[[str], object] | None = None,
) -> pl.DataFrame:
    """The table of a CSV, TSV, white-space separated or Parquet file: columns of ``Float64`` or ``String``.

    A column whose values are all numbers is one of numbers. What `MISSING` of
    `deepdive.data.tables` lists is null, in words too.

    Args:
        path: the file; its suffix tells the format. Or a table in memory.
        delimiter: of a text file, see `read_delimited`; by suffix and header if not given.
        columns: the names of the columns of a text file that has no header.
        text: columns that hold words even where they look like numbers: codes, house numbers, postal codes.
        ignore: columns that nobody learns from: they are not checked, and hold words if not all are numbers.
        only: the columns that are used, where not all are; the others are like those in ``ignore``.
        declare: how a caller's own settings say that a column holds codes, as errors and notes propose it: a command
            for the column of a name, empty where there is none; by default, to name it in ``text``.
        leave_out: likewise, how a column is one of those in ``ignore``.
        note: is told what was taken for the delimiter, and of numbers that may be codes or have units.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it cannot be read (see `read_delimited`), its first line is not a header, a column mixes numbers and
            words, holds numbers as they are written for readers (1.234,5; 12 %), an infinite value, a whole number too
            large for a double, or something else than numbers and words; names the column, the first such value and its
            line, or its row in a Parquet file, counted from 1.

    """
    note, memory = note or (lambda _: None), path if isinstance(path, NamedTable) else None
    path = memory.path if memory else Path(path).expanduser()  # type: ignore[arg-type]
    if memory is None and path.is_dir():
        raise ValueError(f"{path} is a folder; a table is a file: CSV, TSV, white-space separated text or Parquet")
    if memory is None and not path.is_file():
        raise FileNotFoundError(f"no such file: {path}")
    if typed_already := memory is not None or _is_parquet(path):
        semicolons = False
        frame, where = memory.frame if memory else read_parquet(path), lambda row: f"{path}, row {row + 1}"
    else:
        read = read_delimited(path, delimiter=delimiter, columns=columns, whitespace=True)
        for each in read.notes:
            note(each)
        frame, where, semicolons = words_of(read), read.where, read.mark == ";"
    ways = {"declare": declare, "leave_out": leave_out}
    kinds = ColumnKinds(where, note, semicolons, **{way: said for way, said in ways.items() if said})
    if pattern := next((name for name in frame.columns if name[:1] == "^" and name[-1:] == "$"), None):
        # Polars, wherever it computes with a column, looks for all whose names fit such a one.
        raise ValueError(f"{path}: a name of a column must not begin with ^ and end with $, got {pattern!r}; rename it")
    spared = {name for name in frame.columns if name in ignore or (only is not None and name not in only)}
    typed = kinds.frame(frame, text=text, spared=spared)
    if columns is None and not typed_already and _looks_like_data(typed):
        first = ", ".join(map(printable, frame.columns[:4]))
        raise HeaderError(
            f"the first line of {path} looks like data, not like a header: {first}, ...; give the names of the columns"
        )
    return typed


def _is_parquet(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"PAR1" or ".parquet" in path.suffixes


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
