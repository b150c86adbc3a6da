"""A table whose parts are the files of a folder: train.csv, test.csv."""

from collections.abc import Callable
from pathlib import Path

import polars as pl

from deepdive.data.parts.files import part_files, shared_note
from deepdive.data.parts.names import Part, listed
from deepdive.names import printable


def read_table_parts(
    folder: Path, read: Callable[[Path], pl.DataFrame]
) -> tuple[pl.DataFrame, list[Part], tuple[str, ...]]:
    """The rows of all files of a folder that are parts by their names, the part of each, and what is to be told.

    Args:
        folder: where the files are, see `deepdive.data.parts.part_files`.
        read: the table in a file.

    Raises:
        ValueError: there is nothing to learn from, or two files have other columns, or words in a column where the
            other has numbers; names files and columns.
    """
    files, notes = part_files(folder)
    tables: dict[Part, pl.DataFrame] = {part: read(file) for part, file in files.items()}
    first = tables["train"]
    for part, table in tables.items():
        here, there = (printable(each.relative_to(folder)) for each in (files[part], files["train"]))
        alone = f"or name {there} alone, whose rows are then dealt out by --test and --validation"
        for one, other, name, own in ((first, table, here, there), (table, first, there, here)):
            if lacking := [column for column in one.columns if column not in other.columns]:
                raise ValueError(
                    f"{name} must have the columns of {own}, but lacks {listed(map(repr, lacking))}; {alone}"
                )
        for column in first.columns:
            if (kind := table[column].dtype) != first[column].dtype:
                words, numbers = (here, there) if kind == pl.String else (there, here)
                raise ValueError(
                    f"column {column!r} must be of one kind, but {words} has words there and {numbers} numbers; {alone}"
                )
    shared = shared_note({str(part): table.select(first.columns).rows() for part, table in tables.items()}, "rows")
    whole = pl.concat([table.select(first.columns) for table in tables.values()])
    return whole, [part for part, table in tables.items() for _ in range(table.height)], (*notes, *shared)
