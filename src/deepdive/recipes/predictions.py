"""Predictions: one label for an image, values for each row of a table, an answer to a text."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from deepdive.names import apart

Value = str | float | int | None
Invert = Literal["auto", "yes", "no"]
"""Whether light and dark of an image are swapped; ``auto``: if its background is unlike the training images'."""


@runtime_checkable
class AnyPrediction(Protocol):
    """What is said of one input, as text for a reader and as records for a program."""

    @property
    def given(self) -> str:
        """The input: the path of a file, or a text."""
        ...

    @property
    def notes(self) -> tuple[str, ...]:
        """What was done to the input before the network saw it, and what of it the network does not know."""
        ...

    def lines(self) -> Iterator[str]:
        """Text for a terminal, without the notes."""
        ...

    def records(self) -> Iterator[dict[str, Value]]:
        """Flat rows for a CSV file."""
        ...

    def objects(self) -> Iterator[Mapping[str, object]]:
        """One object per JSON line, each with the input."""
        ...


@dataclass(frozen=True)
class Prediction:
    """One label for one file."""

    file: Path
    label: str
    probability: float
    """Of the label, 0 to 1."""
    others: dict[str, float] = field(default_factory=dict)
    """The next most likely labels."""
    notes: tuple[str, ...] = ()
    """What was done to the input before the network saw it."""

    @property
    def given(self) -> str:
        """The path."""
        return str(self.file)

    def lines(self) -> Iterator[str]:
        """The label, its probability, and the next ones."""
        others = ", ".join(f"{label} {share:.1%}" for label, share in self.others.items())
        yield f"{self.file}: {self.label} {self.probability:.1%}" + (f"  (then {others})" if others else "")

    def records(self) -> Iterator[dict[str, Value]]:
        """File, label and probability."""
        yield {"file": str(self.file), "label": self.label, "probability": self.probability}

    def objects(self) -> Iterator[Mapping[str, object]]:
        """All fields by name."""
        yield vars(self) | {"file": str(self.file)}


@dataclass(frozen=True)
class TablePrediction:
    """One row of values for each row of a table, by column; every column has the same length."""

    file: Path
    columns: Mapping[str, Sequence[Value]]
    notes: tuple[str, ...] = ()
    """What of the table the network does not know."""

    @property
    def given(self) -> str:
        """The path."""
        return str(self.file)

    def lines(self) -> Iterator[str]:
        """The rows as CSV, under a header."""
        yield from to_csv(self.records(), list(self.columns)).removesuffix("\n").split("\n")

    def records(self) -> Iterator[dict[str, Value]]:
        """The rows."""
        for values in zip(*self.columns.values(), strict=True):
            yield dict(zip(self.columns, values, strict=True))

    def objects(self) -> Iterator[Mapping[str, object]]:
        """The rows, each with the name of the file."""
        file = apart("file", self.columns)
        for record in self.records():
            yield {file: str(self.file), **record}


@dataclass(frozen=True)
class TextPrediction:
    """Answers to one text, the best one first: continuations, translations, next words, the text with its tags."""

    given: str
    answers: tuple[str, ...]
    scores: tuple[float, ...] = ()
    """One per answer, or none: probabilities, or whatever ``score`` names."""
    score: str = "probability"
    notes: tuple[str, ...] = ()
    """What of the text the network does not know."""

    def lines(self) -> Iterator[str]:
        """The text alone with an only answer, else one line per answer."""
        if len(self.answers) == 1 and not self.scores:
            yield self.answers[0]
            return
        yield self.given
        for record in self.records():
            said = f"  ({self.score} {record[self.score]:.3f})" if self.scores else ""
            yield f"  {record['answer']}{said}"

    def records(self) -> Iterator[dict[str, Value]]:
        """One row per answer."""
        for i, answer in enumerate(self.answers):
            score: dict[str, Value] = {self.score: self.scores[i]} if self.scores else {}
            yield {"text": self.given, "answer": answer, **score}

    def objects(self) -> Iterator[Mapping[str, object]]:
        """The text with all answers."""
        yield {"text": self.given, "answers": list(self.answers), "notes": list(self.notes)} | (
            {self.score: list(self.scores)} if self.scores else {}
        )


def predictions_csv(predictions: Sequence[AnyPrediction]) -> str:
    """All predictions as one CSV file; a first column tells the file where rows come from several tables.

    Raises:
        ValueError: the predictions have different columns.

    """
    records: list[dict[str, Value]] = []
    several_tables = len(predictions) > 1 and isinstance(predictions[0], TablePrediction)
    for prediction in predictions:
        found = [*prediction.records()]
        if several_tables and found:
            found = [{apart("file", record): prediction.given} | record for record in found]
        if records and found and records[0].keys() != found[0].keys():
            raise ValueError(
                f"the predictions for {predictions[0].given} have the columns {', '.join(records[0])}, those for "
                f"{prediction.given} have {', '.join(found[0])}; write them to files of their own"
            )
        records.extend(found)
    return to_csv(records, list(records[0]) if records else [])


def to_csv(records: Iterable[Mapping[str, Value]], columns: Sequence[str]) -> str:
    """Rows as CSV: floats with the digits of single precision, missing values empty."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, columns, lineterminator="\n")
    writer.writeheader()
    for record in records:
        writer.writerow({k: f"{v:.9g}" if isinstance(v, float) else v for k, v in record.items()})
    return buffer.getvalue()
