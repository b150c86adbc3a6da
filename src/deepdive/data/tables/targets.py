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
        words = _words(column)
        numbers = words.replace_strict(self.classes, range(len(self.classes)), default=-1, return_dtype=pl.Int64)
        if (bad := numbers == -1).any():
            value = words.filter(bad)[0]
            raise ValueError(f"column {self.name!r} holds {value!r}; its classes are {', '.join(self.classes[:10])}")
        return torch.from_numpy(numbers.to_numpy(writable=True))

    def decode(self, logits: Float[Tensor, "rows classes"]) -> pl.Series:
        """The most likely class of each row."""
        return pl.Series(self.name, self.classes).gather(logits.argmax(dim=1).cpu().numpy())


Target = NumericTarget | ClassTarget


def fit_target(train: pl.Series, *, kind: Kind = "auto", log: bool = False) -> Target:
    """Learn a target from its training rows; words are classes, numbers are numbers unless ``kind`` says otherwise.

    Raises:
        ValueError: a value is missing, all are equal, words are to be numbers, or ``log`` is asked of classes.

    """
    if train.null_count():
        row = int(train.is_null().arg_max() or 0)
        raise ValueError(f"target {train.name!r} is missing in row {row + 1}; leave such rows out")
    if train.n_unique() < 2:
        raise ValueError(f"target {train.name!r} is {train[0]!r} in every training row; there is nothing to learn")
    classes = kind == "classification" or (kind == "auto" and train.dtype == pl.String)
    if not classes and train.dtype == pl.String:
        raise ValueError(f"target {train.name!r} holds words such as {train[0]!r}; a regression needs numbers")
    if classes and log:
        raise ValueError(f"log is set for target {train.name!r}, but that holds classes")
    if not classes:
        return NumericTarget(NumericColumn.fit(train, log=log))
    return ClassTarget(train.name, tuple(_words(train.unique().sort()).to_list()))


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


def _words(column: pl.Series) -> pl.Series:
    """Classes as words: ``3`` for ``3.0``, whatever the other values are."""
    words = column.cast(pl.String)
    if column.dtype != pl.Float64:
        return words
    whole = ((column == column.round()) & (column.abs() <= 2**53)).fill_null(False)
    return words.zip_with(~whole, column.zip_with(whole, pl.Series([0.0])).cast(pl.Int64).cast(pl.String))
