"""What a network is to predict: a column of numbers or of classes, as a tensor and back."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal

import msgspec
import polars as pl
import torch
from jaxtyping import Float, Shaped
from torch import Tensor

from deepdive.data.tables.columns import NumericColumn

Kind = Literal["auto", "regression", "classification"]
LEARNT_AS: dict[str, str] = {"classification": "classes", "regression": "numbers"}
MOST_CLASSES, FEWEST_ROWS, LEAST_FRACTION = 10, 10, 0.02
"""Whole numbers are classes where there are no more of them than so many, each in so many rows and that part of all."""
_VALUES, _ROWS = "values", "rows"
"""What a column and its counts are called while they are looked at: its own name may be a pattern."""


@dataclass(frozen=True, slots=True)
class NumericTarget:
    """A number: ``z = (f(y) - mean) / std`` with the mean and standard deviation of the training rows.

    ``f`` is the identity, or with ``log`` the symmetric logarithm ``sign(y) log(1 + |y|)``.
    """

    column: NumericColumn

    @property
    def name(self) -> str:
        """The column."""
        return self.column.name

    @property
    def outputs(self) -> int:
        """The width of what a network gives for this target."""
        return 1

    @property
    def scale(self) -> float:
        """The standard deviation: an error of 1 in ``z`` in the unit of ``f(y)``."""
        return self.column.std

    def encode(self, column: pl.Series) -> Float[Tensor, "rows 1"]:
        """``z`` in single precision."""
        return torch.from_numpy(self.column.encode(column).to_numpy(writable=True)).float()[:, None]

    def decode(self, outputs: Float[Tensor, "rows 1"]) -> pl.Series:
        """``y`` of a network's outputs."""
        return self.column.decode(pl.Series(outputs.detach().cpu().double()[:, 0].numpy()))


@dataclass(frozen=True, slots=True)
class ClassTarget:
    """A class, numbered from 0 in the order of ``classes``."""

    name: str
    classes: tuple[str, ...]

    @property
    def outputs(self) -> int:
        """The width of what a network gives for this target: one logit per class."""
        return len(self.classes)

    def encode(self, column: pl.Series) -> Shaped[Tensor, " rows"]:
        """Class numbers.

        Raises:
            ValueError: a class is not among ``classes``.

        """
        words = class_names(column)
        numbers = words.replace_strict(self.classes, range(len(self.classes)), default=-1, return_dtype=pl.Int64)
        if (bad := numbers == -1).any():
            value = words.filter(bad)[0]
            raise ValueError(f"column {self.name!r} holds {value!r}; its classes are {', '.join(self.classes[:10])}")
        return torch.from_numpy(numbers.to_numpy(writable=True))

    def decode(self, logits: Float[Tensor, "rows classes"]) -> pl.Series:
        """The most likely class of each row."""
        return pl.Series(self.name, self.classes).gather(logits.argmax(dim=1).cpu().numpy())


Target = NumericTarget | ClassTarget


def infer_kind(column: pl.Series, *, log: bool = False) -> tuple[Literal["regression", "classification"], str]:
    """How a target is learnt where nobody says it, by all its known values, and in words why.

    Words are classes, and so are numbers of which there are only two, or at most 10 whole ones, each in at least 10
    rows and 2 % of them: grades and marks are classes, counts with rare large values are numbers. With ``log``, which
    only numbers have, they are numbers.

    >>> infer_kind(pl.Series("y", [0.0, 1.0, 1.0]))
    ('classification', '2 values, 0 and 1')
    >>> infer_kind(pl.Series("y", [0.5, 1.5, 2.5]))
    ('regression', '3 different numbers')
    """
    known = column.drop_nulls()
    counts = known.alias(_VALUES).value_counts(sort=False, name=_ROWS).sort(_VALUES)
    values, distinct = counts[_VALUES], counts.height
    if known.dtype == pl.String:
        return "classification", _named(values) if distinct <= MOST_CLASSES else f"{distinct:,} different words"
    whole = bool((values == values.round()).all())
    least = int(counts[_ROWS].min() or 0)  # pyright: ignore[reportArgumentType]
    frequent = whole and distinct <= MOST_CLASSES and least >= max(FEWEST_ROWS, LEAST_FRACTION * len(known))
    if not log and (distinct == 2 or frequent):
        return "classification", _named(class_names(values))
    return "regression", f"{distinct:,} different numbers"


def _named(values: pl.Series) -> str:
    *first, last = (f"{value:.40}" for value in values)
    return f"{len(values)} values, {', '.join(first)} and {last}" if first else f"one value, {last}"


def fit_target(train: pl.Series, *, kind: Kind = "auto", log: bool = False) -> Target:
    """Learn a target from its training rows, as numbers or classes; ``auto``: by `infer_kind`.

    Raises:
        ValueError: a value is missing, all are equal, words are to be numbers, or ``log`` is asked of classes.

    """
    if train.null_count():
        row = int(train.is_null().arg_max() or 0)
        raise ValueError(f"target {train.name!r} is missing in row {row + 1}; leave such rows out")
    if train.n_unique() < 2:
        raise ValueError(f"target {train.name!r} is {train[0]!r} in every training row; there is nothing to learn")
    classes = (infer_kind(train, log=log)[0] if kind == "auto" else kind) == "classification"
    if not classes and train.dtype == pl.String:
        raise ValueError(f"target {train.name!r} holds words such as {train[0]!r}; a regression needs numbers")
    if classes and log:
        raise ValueError(f"log is set for target {train.name!r}, but that holds classes")
    if not classes:
        return NumericTarget(NumericColumn.fit(train, log=log))
    return ClassTarget(train.name, tuple(class_names(train.unique().sort()).to_list()))


def target_to_json(target: Target) -> dict[str, Any]:
    """Plain data that `target_from_json` reads."""
    return {"kind": "regression" if isinstance(target, NumericTarget) else "classification"} | asdict(target)


def target_from_json(content: Mapping[str, Any]) -> Target:
    """The target of plain data.

    Raises:
        ValueError: something is missing or of another type; names it.

    """
    kinds = {"regression": NumericTarget, "classification": ClassTarget}
    try:
        rest = {key: value for key, value in content.items() if key != "kind"}
        return msgspec.convert(rest, kinds[content["kind"]])
    except (KeyError, TypeError, AttributeError, msgspec.ValidationError) as error:
        raise ValueError(f"not a target: {error}") from error


def class_names(column: pl.Series) -> pl.Series:
    """Classes as words: ``3`` for ``3.0``, whatever the other values are."""
    words = column.cast(pl.String)
    if column.dtype != pl.Float64:
        return words
    whole = ((column == column.round()) & (column.abs() <= 2**53)).fill_null(False)
    return words.zip_with(~whole, column.zip_with(whole, pl.Series([0.0])).cast(pl.Int64).cast(pl.String))
