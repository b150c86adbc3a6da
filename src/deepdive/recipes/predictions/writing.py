"""Many predictions at once: as one CSV file, as lines of JSON, as a table in memory."""

from collections.abc import Iterator, Sequence
from importlib.resources import files
from typing import Any

from deepdive.json_values import json_line
from deepdive.names import apart
from deepdive.recipes.predictions.base import AnyPrediction, Value
from deepdive.recipes.predictions.csv import to_csv
from deepdive.recipes.predictions.tables import TablePrediction


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


def json_lines(predictions: Sequence[AnyPrediction]) -> Iterator[str]:
    """The objects of all predictions, each a line of JSON that `schema` describes."""
    for prediction in predictions:
        for content in prediction.objects():
            yield json_line(content)


def schema() -> str:
    """The JSON Schema (draft 2020-12) of the object that is made of each prediction, as text."""
    return files("deepdive.recipes.predictions").joinpath("schema.json").read_text(encoding="utf-8")


class Predictions(tuple[Any, ...]):
    """Predictions in the order of what was given, one for each image, text, row or series.

    As text they are what ``deepdive predict`` prints.
    """

    __slots__ = ()

    def __str__(self) -> str:
        """The lines of all, with their notes."""
        return "\n".join(
            line for each in self for line in (*each.lines(), *(f"  note: {note}" for note in _notes(each)))
        )

    def to_dicts(self) -> list[dict[str, Any]]:
        """The objects that ``deepdive predict --json`` prints, see `schema`."""
        return [dict(content) for each in self for content in each.objects()]

    def to_records(self) -> list[dict[str, Value]]:
        """The rows that ``deepdive predict --output FILE.csv`` writes; ``polars.DataFrame`` takes them."""
        return [record for each in self for record in each.records()]

    def to_csv(self) -> str:
        """The same as a CSV file.

        Raises:
            ValueError: the predictions have different columns.
        """
        return predictions_csv(self)


def _notes(prediction: AnyPrediction) -> tuple[str, ...]:
    """Those of a row are those of its table, and would come again and again."""
    return () if hasattr(prediction, "row") and getattr(prediction, "row", 1) > 1 else prediction.notes
