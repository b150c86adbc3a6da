"""A table as a data module: rows of features and targets, split, prepared and batched."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.data.loaders import TensorLoader
from deepdive.data.parts import PARTS, Part, part_column
from deepdive.data.splits import hold_out
from deepdive.data.tables.checks import check_columns, numbered
from deepdive.data.tables.preprocessing import TablePreprocessor
from deepdive.data.tables.targets import LEARNT_AS, ClassTarget, Kind, Target, fit_target, infer_kind
from deepdive.data.types import Batch, DataModule
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeInt, PositiveInt

ReadTable = Callable[[], pl.DataFrame]


@dataclass(frozen=True)
class Rows:
    """Which rows of a table serve for what; a part may be empty."""

    train: Int64[Tensor, " train"]
    val: Int64[Tensor, " val"]
    test: Int64[Tensor, " test"]


class TableDataModule(DataModule):
    """A table with one or several target columns (D2L sections 2.2 and 3.2.3).

    A batch is ``(features, target, ...)``: ``features (batch, columns)`` of floats, as `TablePreprocessor` makes them
    from the training rows, then one tensor per name in ``targets`` in that order. With ``embed`` it is ``(numbers,
    codes, target, ...)``: numeric features ``(batch, numeric)`` and category codes ``(batch, categorical)`` below
    ``preprocessor.cardinalities``. A target of numbers is ``(batch, 1)`` and standardised; one of words, or one that
    ``kinds`` calls ``classification``, holds class numbers ``(batch,)``.

    After ``prepare`` the module has ``table`` (the rows that are used), ``preprocessor``, ``fitted`` (one `Target` per
    target: ``outputs``, ``encode``, ``decode``), ``rows`` and ``notes``; nothing of it depends on other rows than the
    training ones. ``labels`` are the classes of the first target, empty for numbers.

    Args:
        table: the table, or a function that reads it.
        targets: the columns to predict; rows where one is missing are left out, with a note.
        batch_size: rows per training batch.
        test: fraction (float) or count (int) of rows held out for the test, the same for every ``seed``.
        validation: fraction or count of the other rows held out to choose the best epoch.
        rows: which rows serve for what, in place of ``test`` and ``validation``; see `usable`, which leaves some out.
        seed: of the order of training batches.
        kinds: by target, where what `infer_kind` says of all rows does not fit; it stands in ``notes``.
        ignore: columns not to learn from.
        log: columns to take the logarithm of; ``True``: the skewed ones; see `TablePreprocessor.fit`.
        log_target: whether targets of numbers are learnt on the scale of their logarithm.
        indicators: whether a column with missing numbers gets a second feature that tells where.
        max_categories: how many categories of a column are told apart.
        embed: whether categories come as codes rather than one-hot.

    Raises:
        ValueError: a name is no column, a target is ignored too or given twice, or the split leaves no training rows.

    """

    @checked
    def __init__(
        self,
        table: pl.DataFrame | ReadTable,
        targets: str | Sequence[str],
        *,
        batch_size: PositiveInt = 128,
        test: int | float = 0.2,
        validation: int | float = 0.1,
        rows: Rows | None = None,
        seed: NonNegativeInt = 0,
        kinds: Mapping[str, Kind] | None = None,
        ignore: Sequence[str] = (),
        log: bool | Sequence[str] = False,
        log_target: bool = False,
        indicators: bool = False,
        max_categories: PositiveInt = 100,
        embed: bool = False,
    ) -> None:
        self.targets = (targets,) if isinstance(targets, str) else tuple(targets)
        if not self.targets or len(set(self.targets)) < len(self.targets):
            raise ValueError(f"targets is {self.targets}; it must name at least one column, each once")
        if both := set(self.targets) & set(ignore):
            raise ValueError(f"ignore holds {both.pop()!r}, which is a target")
        self.batch_size = batch_size
        self.seed = seed
        self._table = table
        self._test = test
        self._validation = validation
        self._rows = rows
        self._kinds: Mapping[str, Kind] = kinds or {}
        self._ignore = tuple(ignore)
        self._log = log
        self._log_target = log_target
        self._indicators = indicators
        self._max_categories = max_categories
        self._embed = embed
        self._fields: Batch | None = None

    def prepare(self) -> None:
        """Read, split, fit on the training rows and make the tensors of all rows."""
        if self._fields is not None:
            return
        table = self._table if isinstance(self._table, pl.DataFrame) else self._table()
        check_columns(table, self.targets, "target")
        check_columns(table, self._ignore, "ignore")
        check_columns(table, tuple(self._kinds), "kinds")
        refuse_parts(_without(table, (*self.targets, *self._ignore)))
        self.table, notes = usable(table, self.targets)
        self.rows = self._rows or split_rows(self.table.height, self._test, self._validation)
        features = _without(self.table, (*self.targets, *self._ignore))
        train = self.rows.train.numpy()
        self.preprocessor = TablePreprocessor.fit(
            features[train], log=self._log, indicators=self._indicators, max_categories=self._max_categories
        )
        inferred = {name: infer_kind(self.table[name], log=self._log_target) for name in self._untold()}
        kinds: dict[str, Kind] = {**self._kinds, **{name: kind for name, (kind, _) in inferred.items()}}
        self.fitted: tuple[Target, ...] = tuple(
            self._fit_target(self.table[name], train, kinds[name]) for name in self.targets
        )
        said = (f"target {name!r} has {why}: learnt as {LEARNT_AS[kind]}" for name, (kind, why) in inferred.items())
        self.notes = (*notes, *said, *self.preprocessor.notes)
        first = self.fitted[0]
        self.labels = first.classes if isinstance(first, ClassTarget) else ()
        inputs = (
            self.preprocessor.transform_codes(features) if self._embed else (self.preprocessor.transform(features),)
        )
        self._fields = (*inputs, *(target.encode(self.table[target.name]) for target in self.fitted))

    def _untold(self) -> list[str]:
        return [name for name in self.targets if self._kinds.get(name, "auto") == "auto"]

    def _fit_target(self, column: pl.Series, train, kind: Kind) -> Target:
        numeric = column.dtype == pl.Float64 and kind != "classification"
        if not numeric:  # A class that only the test rows have is no leak: its name says nothing of those rows.
            return fit_target(column, kind=kind)
        return fit_target(column[train], kind=kind, log=self._log_target)

    @property
    def fields(self) -> Batch:
        """All rows, in the order of ``table``, as a batch."""
        self.prepare()
        if self._fields is None:
            raise RuntimeError("the table is not prepared")
        return self._fields

    def train_loader(self) -> TensorLoader:
        """Shuffled training rows."""
        fields = tuple(field[self.rows.train] for field in self.fields)
        return TensorLoader(fields, self.batch_size, shuffle=True, seed=self.seed)

    def val_loader(self) -> TensorLoader | None:
        """Validation rows in the order of the table, or ``None`` where there are none."""
        return self._in_order(lambda rows: rows.val)

    def test_loader(self) -> TensorLoader | None:
        """Test rows in the order of the table, or ``None`` where there are none."""
        return self._in_order(lambda rows: rows.test)

    def _in_order(self, part: Callable[[Rows], Tensor]) -> TensorLoader | None:
        fields = self.fields
        rows = part(self.rows)
        return TensorLoader(tuple(field[rows] for field in fields), 4096) if len(rows) else None


def refuse_parts(
    features: pl.DataFrame, leave_out: Callable[[str], str] = lambda name: "leave it out (ignore)"
) -> None:
    """Refuse a column that says which rows are tested on: it must not be learnt from, nor be passed over in silence.

    Raises:
        ValueError: there is one; says how to ``leave_out`` it.

    """
    words = {name: features[name].fill_null("").to_list() for name in features.columns if _may_tell(features[name])}
    if told := part_column(words):
        name, parts = told
        counts = ", ".join(f"{parts.count(part)} {part}" for part in PARTS if part in parts)
        raise ValueError(
            f"column {name!r} tells the part of every row ({counts}), but rows are dealt out by validation and test; "
            f"{leave_out(name)} to deal them out so, or give the rows to learn from as a table of their own"
        )


def _may_tell(column: pl.Series) -> bool:
    """Not ``is_valid``: in a table that says as well that a ticket is."""
    return not column.name.lower().startswith("is") and column.dtype == pl.String


def usable(table: pl.DataFrame, targets: Sequence[str]) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The rows whose targets are known, and a note of those that are left out.

    Raises:
        ValueError: a target is missing in every row.

    """
    notes: list[str] = []
    for name in targets:
        if absent := table[name].null_count():
            if absent == table.height:
                raise ValueError(f"target {name!r} is missing in every row; there is nothing to learn")
            notes.append(f"{numbered(absent, 'row')} without {name!r} left out")
            table = table.filter(table[name].is_not_null())
    return table, tuple(notes)


def rows_of_parts(parts: Sequence[Part], validation: int | float) -> Rows:
    """Rows by the part that each is of; where some are tested on and none validated on, some are out of the others.

    Raises:
        ValueError: ``validation`` is negative or leaves nothing to train on.

    """
    train, val, test = (
        torch.tensor([i for i, each in enumerate(parts) if each == part], dtype=torch.long) for part in PARTS
    )
    if len(val) or not len(test):
        return Rows(train, val, test)
    kept, held = hold_out(len(train), validation, name="validation")
    return Rows(train[kept], train[held], test)


def _without(table: pl.DataFrame, names: Collection[str]) -> pl.DataFrame:
    """The other columns; ``table.drop`` takes a name such as * for a pattern."""
    return table[[name for name in table.columns if name not in names]]


def split_rows(count: int, test: int | float, validation: int | float) -> Rows:
    """Test rows held out of all, then validation rows of the rest; neither depends on the seed of a run.

    Raises:
        ValueError: a part is negative or leaves nothing to train on.

    """
    rest, held = hold_out(count, test, name="test")
    train, val = hold_out(len(rest), validation, name="validation")
    return Rows(rest[train], rest[val], held)
