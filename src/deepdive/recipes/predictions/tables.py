"""Predictions for tables: values for each row, and for series: values for the next steps."""

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepdive.names import apart
from deepdive.recipes.predictions.base import Kind, Value, by_probability, json_object
from deepdive.recipes.predictions.csv import to_csv


@dataclass(frozen=True)
class PredictedColumn:
    """A column that was predicted: its values, and of classes their probabilities."""

    name: str
    values: Sequence[Value]
    classes: Sequence[str] = ()
    """None of numbers."""
    probabilities: Sequence[Sequence[float]] = ()
    """For each row, one per class."""

    def of_classes(self, row: int) -> dict[str, float]:
        """The probability of every class in a row, the most likely first; empty of numbers."""
        if not self.classes:
            return {}
        return by_probability(dict(zip(self.classes, self.probabilities[row], strict=True)))

    def notes(self) -> Iterator[str]:
        """How many rows have no class or no finite number, as where outputs overflow, and the first of them."""
        rows = [row for row, value in enumerate(self.values, start=1) if self._overflows(value)]
        if not rows:
            return
        what, why = ("class", "the probabilities are no finite numbers, ") if self.classes else ("finite number", "")
        where = f"{len(rows):,} row{'s' * (len(rows) > 1)}, first row {rows[0]}"
        yield f"no {what} of {self.name!r} is predicted in {where}: {why}as of values far beyond those learnt from"

    def _overflows(self, value: Value) -> bool:
        return value is None if self.classes else isinstance(value, float) and not math.isfinite(value)


@dataclass(frozen=True)
class RowPrediction:
    """What is predicted for one row of a table."""

    file: Path
    """The table; of one in memory its name, ``rows``."""
    row: int
    """Its number, counted from 1."""
    predicted: Mapping[str, Value]
    """Each target with its value."""
    probabilities_by_target: Mapping[str, Mapping[str, float]] = field(default_factory=dict)
    """Of each target that holds classes, the probability of every class, the most likely first."""
    beside: Mapping[str, Value] = field(default_factory=dict)
    """What tells rows apart: the columns not learnt from."""
    notes: tuple[str, ...] = ()

    @property
    def given(self) -> str:
        """Table and row."""
        return f"{self.file}, row {self.row}"

    @property
    def target(self) -> str:
        """The only target.

        Raises:
            ValueError: there are several.
        """
        if len(self.predicted) != 1:
            raise ValueError(f"a row has several predictions, for {', '.join(self.predicted)}; see predicted")
        return next(iter(self.predicted))

    @property
    def value(self) -> Value:
        """The prediction for the only target, a number or a class."""
        return self.predicted[self.target]

    @property
    def label(self) -> str:
        """The predicted class of the only target.

        Raises:
            ValueError: the target holds numbers; they are ``value``. Or no class is predicted, see ``notes``.
        """
        if not self.probabilities:
            raise ValueError(f"target {self.target!r} holds numbers, not classes; see value")
        if self.value is None:
            raise ValueError(f"{self.given} has no class of {self.target!r}: its probabilities are no finite numbers")
        return str(self.value)

    @property
    def probabilities(self) -> Mapping[str, float]:
        """Of every class of the only target, the most likely first; empty where it holds numbers."""
        return self.probabilities_by_target.get(self.target, {})

    @property
    def probability(self) -> float:
        """Of the predicted class."""
        return self.probabilities[self.label]

    def lines(self) -> Iterator[str]:
        """Row and values."""
        shares = self.probabilities_by_target
        told = (
            f"{name} {_written(value)}"
            + (f" {shares[name][str(value)]:.1%}" if name in shares and value is not None else "")
            for name, value in self.predicted.items()
        )
        yield f"{self.given}: {', '.join(told)}"

    def records(self) -> Iterator[dict[str, Value]]:
        """The row, what is beside it, and the values; of classes also the probability of the predicted one."""
        found: dict[str, Value] = {name: value for name, value in self.beside.items() if name not in self.predicted}
        if not found:
            found = {apart("row", self.predicted): self.row}
        for name, value in self.predicted.items():
            found[name] = value
            if (shares := self.probabilities_by_target.get(name)) is not None:
                one = "probability" if len(self.predicted) == 1 else f"{name} probability"
                found[apart(one, (*found, *self.predicted))] = None if value is None else shares[str(value)]
        yield found

    def objects(self) -> Iterator[Mapping[str, object]]:
        """A classification or a regression, or with several targets both."""
        where = {"row": self.row, "columns": dict(self.beside)}
        if len(self.predicted) != 1:
            shares = {name: dict(each) for name, each in self.probabilities_by_target.items()}
            more = where | {"probabilities": shares}
            yield json_object(str(self.file), "multi-output", dict(self.predicted), self.notes, **more)
            return
        kind: Kind = "classification" if self.probabilities else "regression"
        more = where | {"target": self.target, "probabilities": dict(self.probabilities)}
        yield json_object(str(self.file), kind, self.value, self.notes, **more)


@dataclass(frozen=True)
class TablePrediction:
    """One row of values for each row of a table, by column; every column has the same length."""

    file: Path
    """The table; of one in memory its name, ``rows``."""
    columns: Mapping[str, Sequence[Value]]
    """As a reader gets them: what tells rows apart, and what is predicted."""
    notes: tuple[str, ...] = ()
    """What of the table the network does not know."""
    predicted: Sequence[PredictedColumn] = ()
    """Those of the columns that are predictions; none given: all but the first."""
    beside: Mapping[str, Sequence[Value]] = field(default_factory=dict)
    """Those that come with the table and are not learnt from."""

    @property
    def given(self) -> str:
        """The path, or the name."""
        return str(self.file)

    def lines(self) -> Iterator[str]:
        """The rows as CSV, under a header."""
        yield from to_csv(self.records(), list(self.columns)).removesuffix("\n").split("\n")

    def records(self) -> Iterator[dict[str, Value]]:
        """The rows."""
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, values, strict=True))

    def objects(self) -> Iterator[Mapping[str, object]]:
        """Those of each row."""
        for row in self.rows():
            yield from row.objects()

    def rows(self) -> Iterator[RowPrediction]:
        """The predictions of each row by themselves."""
        names = [*self.columns][1:] or [*self.columns]
        predicted = self.predicted or [PredictedColumn(name, self.columns[name]) for name in names]
        for i in range(len(predicted[0].values) if predicted else 0):
            yield RowPrediction(
                self.file,
                i + 1,
                {column.name: column.values[i] for column in predicted},
                {column.name: column.of_classes(i) for column in predicted if column.classes},
                {name: values[i] for name, values in self.beside.items()},
                self.notes,
            )


@dataclass(frozen=True)
class SeriesPrediction(TablePrediction):
    """Numbers for one series: a row for each, of which a JSON object is made together."""

    target: str = ""
    """The column of the series."""
    values: Sequence[float] = ()
    """One number for each row."""

    def objects(self) -> Iterator[Mapping[str, object]]:
        """All numbers in one object."""
        yield json_object(self.given, "series", [*self.values], self.notes, target=self.target)


def _written(value: Any) -> str:
    return f"{value:.6g}" if isinstance(value, float) else "(no class)" if value is None else str(value)
