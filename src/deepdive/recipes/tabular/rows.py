"""Which table the settings mean, how its rows are dealt out and prepared, and how those of new tables are read."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import Any

import polars as pl
import torch
from torch import Tensor

from deepdive.data.delimited import NAMES, DelimiterError
from deepdive.data.parts import Part, listed
from deepdive.data.parts.tables import read_table_parts
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS, find
from deepdive.data.splits import hold_out, k_fold
from deepdive.data.tables import (
    TABLES,
    NamedTable,
    TableDataModule,
    TablePreprocessor,
    infer_kind,
    read_named,
    read_table,
)
from deepdive.data.tables.module import Rows, rows_of_parts, split_rows
from deepdive.data.tables.reading import HeaderError
from deepdive.data.tables.targets import LEARNT_AS, Kind, Target, target_from_json, target_to_json
from deepdive.names import apart, printable, shell_line
from deepdive.recipes.given.example import Example
from deepdive.recipes.predictions import PredictedColumn, TablePrediction, Value, to_csv
from deepdive.recipes.tabular.settings import TableSettings
from deepdive.training import Run

Note = Callable[[str], object]
_TYPED = 10
"""Columns of a row that somebody would type."""


class Prepared:
    """How the rows of a table are prepared for a network, and what its outputs stand for."""

    def __init__(self, preprocessor: TablePreprocessor, targets: Sequence[Target]) -> None:
        self.preprocessor = preprocessor
        self.targets = tuple(targets)

    @classmethod
    def of(cls, data: TableDataModule) -> "Prepared":
        """What a data module has learnt from its training rows."""
        return cls(data.preprocessor, data.fitted)

    def reading(self) -> dict[str, Any]:
        """How a file of new rows is read: what were words in training are words there."""
        words = tuple(column.name for column in self.preprocessor.categorical)
        return {"text": words, "only": self.preprocessor.columns}

    def to_json(self) -> dict[str, Any]:
        """Plain data that `from_json` reads."""
        targets = [target_to_json(target) for target in self.targets]
        return {"preprocessor": self.preprocessor.to_json(), "targets": targets}

    @classmethod
    def from_json(cls, plain: Mapping[str, Any]) -> "Prepared":
        """What `to_json` described.

        Raises:
            KeyError: something is missing.
            ValueError: something is of another type; names it.
        """
        targets = [target_from_json(target) for target in plain["targets"]]
        return cls(TablePreprocessor.from_json(plain["preprocessor"]), targets)


def roles(settings: TableSettings, columns: Sequence[str]) -> tuple[str, tuple[str, ...]]:
    """The target, and the columns not to learn from: what is set, else those of the named table.

    Raises:
        ValueError: no target is set for a table of one's own.
    """
    named = TABLES.get(settings.data)
    target = named.targets[0] if settings.target is None and named else settings.target
    if target is None:
        raise ValueError(
            f"target must be the column to predict, got none: --target NAME, one of {listed(map(printable, columns))}"
        )
    ignore = (*(named.ignore if named else ()), *settings.ignore)
    return target, tuple(name for name in dict.fromkeys(ignore) if name != target)


def read_source(
    settings: TableSettings, *, note: Note | None = None, classes: bool = True, report: Report | None = None
) -> tuple[pl.DataFrame, list[Part]]:
    """The table, obtained first if it is a named one, and the part of each row where a folder has files for these.

    ``note`` is told what its reader wants known.

    ``classes`` is whether the recipe can learn a target of classes.

    Raises:
        ValueError: no table and no file has that name, or the file cannot be read as a table.
        FileNotFoundError: there is no such file, or no source has the named table.
    """
    if settings.data in TABLES:
        return read_named(settings.data, report=report), []
    if settings.data in DATASETS:
        raise ValueError(f"data is {settings.data!r}, which is no table; these are: {', '.join(TABLES)}, or a file")
    path = Path(settings.data).expanduser()
    if not path.exists() and not path.suffix:
        try:
            find(settings.data)
        except ValueError as error:
            raise ValueError(f"{error}; nor is there a file of that name") from error
    target = settings.target
    codes = "set --kind classification" if classes else ""
    spared = (target,) if classes and settings.kind == "classification" and target is not None else ()
    read = partial(
        read_table,
        ignore=(*settings.ignore, *spared),
        declare=lambda name: codes if name == target else flag("declare it: ", "--categorical", name),
        leave_out=lambda name: "predict another: --target" if name == target else left_out(name),
        note=note,
        **reading(settings),
    )
    try:
        if not path.is_dir():
            return read(path), []
        table, parts, notes = read_table_parts(path, read)
        told = note or str
        for each in notes:
            told(each)
        return table, parts
    except DelimiterError as error:
        raise ValueError(f"{error}, or name it: --delimiter, one of {', '.join(NAMES)}") from error
    except HeaderError as error:
        raise ValueError(f"{error}: --columns") from error


def flag(words: str, name: str, value: str) -> str:
    """How something is asked for, as it is typed."""
    return f"{words}{name} {shell_line(printable(value))}"


def left_out(column: str) -> str:
    """How a column is not learnt from."""
    return flag("leave it out: ", "--ignore", column)


def check_target(column: pl.Series, settings: TableSettings, *, classes: bool) -> tuple[Kind, tuple[str, ...]]:
    """How a target is learnt, and a note where nobody said it; ``classes`` is whether it may be.

    Raises:
        ValueError: it has one value, no row has the same as another, or it holds words that are to be numbers.
    """
    name, distinct = column.name, column.n_unique()
    kind, why = infer_kind(column, log=settings.log_target or not classes)
    if settings.kind != "auto":
        kind = settings.kind
    another = "predict another column: --target"
    if distinct < 2:
        raise ValueError(f"target {name!r} must have two values or more, got {column[0]!r} in every row; {another}")
    if kind == "regression" and column.dtype == pl.String:
        raise ValueError(
            f"target {name!r} must hold numbers for --kind regression, got words such as {column[0]!r:.60}; "
            f"--kind classification learns them, or {another}"
        )
    if kind == "classification" and distinct == len(column) > 2:
        numbers = ", or learn numbers: --kind regression" if column.dtype == pl.Float64 else ""
        raise ValueError(
            f"target {name!r} must have rows of the same class, got another value in every row; {another}{numbers}"
        )
    other = "regression for numbers" if kind == "classification" else "classification for classes"
    offered = "" if column.dtype == pl.String else f"; --kind {other}"
    if settings.kind != "auto" or settings.data in TABLES or not classes:
        return kind, ()
    said = f"target {name!r} has {why}: learnt as {LEARNT_AS[kind]}{offered}"
    return kind, (said,)


def reading(settings: TableSettings, prepared: Prepared | None = None) -> dict[str, Any]:
    """How a file is read: one of training rows, or of new ones for a network whose rows were ``prepared``."""
    named, how = TABLES.get(settings.data), {} if prepared is None else prepared.reading()
    return how | {
        "delimiter": settings.delimiter,
        "columns": settings.columns or (named.columns if named else None) or None,
        "text": (*settings.categorical, *(named.text if named else ()), *how.get("text", ())),
    }


def predict_tables(
    files: Sequence[Path | NamedTable],
    answer: Callable[[pl.DataFrame], "Answer"],
    **how: Any,
) -> list[TablePrediction]:
    """Read tables of new rows, and give each to ``answer``.

    Nothing is demanded of columns that were not learnt from; the target is one of them.

    Raises:
        ValueError: a file cannot be read as a table, or lacks a column; names it.
        FileNotFoundError: there is no such file.
    """
    found = []
    for file in files:
        notes: list[str] = []
        rows = read_table(file, declare=lambda _: "", note=notes.append, **how)
        place = file.path if isinstance(file, NamedTable) else file
        try:
            answered = answer(rows)
        except ValueError as error:
            raise ValueError(f"{place}: {error}") from error
        told = (*notes, *answered.notes, *(note for each in answered.predicted for note in each.notes()))
        found.append(TablePrediction(place, answered.columns, told, answered.predicted, answered.beside))
    return found


@dataclass(frozen=True)
class Answer:
    """What is predicted for the rows of a table."""

    columns: Mapping[str, Sequence[Value]]
    """As a reader gets them."""
    predicted: Sequence[PredictedColumn]
    """Those of them that are predictions."""
    beside: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    """Columns of the table that tell its rows apart."""
    notes: Sequence[str] = ()


def names_of_rows(table: pl.DataFrame, ignore: Sequence[str], targets: Sequence[str]) -> dict[str, list[Value]]:
    """What tells rows apart beside their predictions: the columns not learnt from, or numbers from 1 without any."""
    return columns_of(table, ignore) or {apart("row", targets): list(range(1, table.height + 1))}


def columns_of(table: pl.DataFrame, names: Sequence[str]) -> dict[str, list[Value]]:
    """Those of the columns that the table has."""
    return {name: whole(table[name]).to_list() for name in names if name in table.columns}


def table_example(run: Run, table: pl.DataFrame, columns: Sequence[str]) -> Example:
    """The first rows of a table, of the columns that a network needs: as a file of the run, and few ones typed."""
    rows = table.select([whole(table[name]) for name in columns]).head(3)
    written = Example.written(run.folder, "example.csv", to_csv(rows.iter_rows(named=True), rows.columns))
    typed = rows.head(1).to_dicts()
    return Example(written.words, repr(typed)) if len(columns) <= _TYPED else written


def whole(column: pl.Series) -> pl.Series:
    """A column of whole numbers as integers, any other as it is."""
    if column.dtype != pl.Float64 or not ((column == column.round()) & (column.abs() <= 2**53)).all():
        return column
    return column.cast(pl.Int64)


def splits(rows: int, settings: TableSettings, parts: Sequence[Part] = ()) -> list[Rows]:
    """Training, validation and test rows of every fold; they do not depend on the seed.

    Raises:
        ValueError: there are more folds than rows, or folds where files are the parts, or nothing is left to train on.
    """
    if parts and settings.folds > 1:
        raise ValueError(f"folds must be 1 where files are the parts of {settings.data}, got {settings.folds}")
    if parts:
        return [rows_of_parts(parts, settings.validation)]
    if settings.folds == 1:
        return [split_rows(rows, settings.test, settings.validation)]
    found = []
    for kept, held in k_fold(rows, settings.folds):
        train, val = hold_out(len(kept), settings.validation, name="validation")
        found.append(Rows(kept[train], kept[val], held))
    return found


def content(table: pl.DataFrame) -> Iterator[Tensor]:
    """A table's names and values as tensors, for a checksum of them."""
    for column in table:
        yield _bytes(f"{column.name}\n{column.dtype}\n")
        if column.dtype == pl.Float64:
            yield torch.from_numpy(column.is_null().to_numpy(writable=True))
            yield torch.from_numpy(column.fill_null(0.0).to_numpy(writable=True))
        else:
            yield _bytes("\n".join("\0" if word is None else word for word in column) + "\n")


def _bytes(text: str) -> Tensor:
    return torch.frombuffer(bytearray(text.encode()), dtype=torch.uint8)
