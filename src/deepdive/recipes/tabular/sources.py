"""Which table the settings mean, what its columns are for, and how its rows are dealt out."""

import hashlib
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import polars as pl

from deepdive.data.progress import progress_bars
from deepdive.data.registry import DATASETS, find
from deepdive.data.splits import hold_out, k_fold
from deepdive.data.tables import TABLES, TablePreprocessor, read_named, read_table
from deepdive.data.tables.module import Rows, split_rows
from deepdive.names import apart
from deepdive.recipes.predictions import Value
from deepdive.recipes.tabular.settings import TableSettings

Note = Callable[[str], object]


def roles(settings: TableSettings) -> tuple[str, tuple[str, ...]]:
    """The target, and the columns not to learn from: what is set, else those of the named table.

    Raises:
        ValueError: no target is set for a table of one's own.
    """
    named = TABLES.get(settings.data)
    target = named.targets[0] if settings.target is None and named else settings.target
    if target is None:
        raise ValueError(f"target is not set; it must name the column of {settings.data} to predict")
    ignore = (*(named.ignore if named else ()), *settings.ignore)
    return target, tuple(name for name in dict.fromkeys(ignore) if name != target)


def read_source(settings: TableSettings, note: Note | None = None, *, classes: bool = True) -> pl.DataFrame:
    """The table, obtained first if it is a named one; ``note`` is told what its reader wants known.

    ``classes`` is whether the recipe can learn a target of classes.

    Raises:
        ValueError: no table and no file has that name, or the file cannot be read as a table.
        FileNotFoundError: there is no such file, or no source has the named table.
    """
    if settings.data in TABLES:
        with progress_bars() as report:
            return read_named(settings.data, report=report)
    if settings.data in DATASETS:
        raise ValueError(f"data is {settings.data!r}, which is no table; these are: {', '.join(TABLES)}, or a file")
    path = Path(settings.data).expanduser()
    if not path.exists() and not path.suffix:
        try:
            find(settings.data)
        except ValueError as error:
            raise ValueError(f"{error}; nor is there a file of that name") from error
    target = settings.target
    codes = "set kind to classification" if classes else ""
    spared = (target,) if classes and settings.kind == "classification" and target is not None else ()
    return _read(
        path,
        settings,
        ignore=(*settings.ignore, *spared),
        declare=lambda name: codes if name == target else "declare it as categorical",
        note=note,
    )


def read_like(
    path: Path, settings: TableSettings, preprocessor: TablePreprocessor, note: Note | None = None
) -> pl.DataFrame:
    """A file of new rows, read as the training table was: what were words there are words here.

    Nothing is demanded of columns that were not learnt from; the target is one of them.

    Raises:
        ValueError: the file cannot be read as a table.
        FileNotFoundError: there is no such file.
    """
    words = [column.name for column in preprocessor.categorical]
    return _read(path, settings, text=words, only=preprocessor.columns, declare=lambda _: "", note=note)


def names_of_rows(table: pl.DataFrame, ignore: Sequence[str], targets: Sequence[str]) -> dict[str, list[Value]]:
    """What tells rows apart beside their predictions: the columns not learnt from, or numbers from 1 without any."""
    found = {name: whole(table[name]).to_list() for name in ignore if name in table.columns}
    return found or {apart("row", targets): list(range(1, table.height + 1))}


def whole(column: pl.Series) -> pl.Series:
    """A column of whole numbers as integers, any other as it is."""
    if column.dtype != pl.Float64 or not ((column == column.round()) & (column.abs() <= 2**53)).all():
        return column
    return column.cast(pl.Int64)


def splits(rows: int, settings: TableSettings) -> list[Rows]:
    """Training, validation and test rows of every fold; they do not depend on the seed.

    Raises:
        ValueError: there are more folds than rows, or a part leaves nothing to train on.
    """
    if settings.folds == 1:
        return [split_rows(rows, settings.test, settings.validation)]
    found = []
    for kept, held in k_fold(rows, settings.folds):
        train, val = hold_out(len(kept), settings.validation, name="validation")
        found.append(Rows(kept[train], kept[val], held))
    return found


def fingerprint(table: pl.DataFrame) -> str:
    """A checksum of a table's names and values."""
    digest = hashlib.sha256()
    for column in table:
        digest.update(f"{column.name}\n{column.dtype}\n".encode())
        if column.dtype == pl.Float64:
            digest.update(column.is_null().to_numpy().tobytes())
            digest.update(column.fill_null(0.0).to_numpy().tobytes())
        else:
            digest.update("\n".join("\0" if word is None else word for word in column).encode())
    return digest.hexdigest()


def _read(path: Path, settings: TableSettings, *, text: Sequence[str] = (), **options: Any) -> pl.DataFrame:
    named = TABLES.get(settings.data)
    return read_table(
        path,
        delimiter=settings.delimiter,
        columns=settings.columns or (named.columns if named else None) or None,
        text=(*settings.categorical, *(named.text if named else ()), *text),
        **options,
    )
