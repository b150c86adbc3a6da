"""What every prediction has, whatever it is of."""

import math
from collections.abc import Iterator, Mapping
from typing import Any, Literal, Protocol, runtime_checkable

from deepdive.json_values import json_values

Value = str | float | int | None
Invert = Literal["auto", "yes", "no"]
"""Whether light and dark of an image are swapped; ``auto``: if its background is unlike the training images'."""
Kind = Literal["classification", "regression", "multi-output", "series", "tags", "text", "answer", "image"]
"""What is predicted, as ``schema.json`` has it."""


@runtime_checkable
class AnyPrediction(Protocol):
    """What is said of one input, as text for a reader and as records for a program."""

    @property
    def given(self) -> str:
        """The input: the path of a file, a text, or the name of what was given in memory (``image 1``)."""
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
        """One object per JSON line, each with the input, as ``schema.json`` describes them; see `json_object`."""
        ...


def json_object(
    given: str | tuple[str, ...], kind: Kind, prediction: Any, notes: tuple[str, ...] = (), **more: Any
) -> dict[str, Any]:
    """One object of ``schema.json``: what is empty is left out, and a number that JSON does not have is null.

    >>> json_object("a.png", "classification", "cat", probabilities={"cat": 1.0}, scores={})
    {'input': 'a.png', 'kind': 'classification', 'prediction': 'cat', 'probabilities': {'cat': 1.0}, 'notes': []}
    >>> json_object("a.csv", "regression", float("inf"))["prediction"] is None
    True
    """
    words = [*notes]
    if isinstance(prediction, float) and not math.isfinite(prediction):
        words.append(f"the prediction is no finite number ({prediction}), and null here")
    own = {name: value for name, value in more.items() if value not in (None, {}, [], ())}
    start = {"input": list(given) if isinstance(given, tuple) else given, "kind": kind}
    return json_values({**start, "prediction": prediction, **own, "notes": words})


def by_probability(labels: Mapping[str, float]) -> dict[str, float]:
    """The labels, the most likely first; of equals the one that was first."""
    return dict(sorted(labels.items(), key=lambda item: -item[1]))
