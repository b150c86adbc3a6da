"""Predictions for images: a label, or whether two are of one class."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from deepdive.recipes.predictions.base import Value, json_object

_NEXT = 2
"""Of the less likely labels, so many are shown."""


@dataclass(frozen=True)
class Prediction:
    """One label for one image."""

    file: Path
    """The file; of an image in memory its name, ``image 1``."""
    label: str
    probability: float
    """Of the label, 0 to 1."""
    others: dict[str, float] = field(default_factory=dict)
    """The probabilities of all other labels, the most likely first."""
    notes: tuple[str, ...] = ()
    """What was done to the input before the network saw it."""

    @property
    def given(self) -> str:
        """The path, or the name."""
        return str(self.file)

    @property
    def probabilities(self) -> dict[str, float]:
        """Of every label, the most likely first."""
        return {self.label: self.probability} | self.others

    def lines(self) -> Iterator[str]:
        """The label, its probability, and the next ones."""
        others = ", ".join(f"{label} {share:.1%}" for label, share in islice(self.others.items(), _NEXT))
        yield f"{self.file}: {self.label} {self.probability:.1%}" + (f"  (then {others})" if others else "")

    def records(self) -> Iterator[dict[str, Value]]:
        """File, label and probability."""
        yield {"file": str(self.file), "label": self.label, "probability": self.probability}

    def objects(self) -> Iterator[Mapping[str, object]]:
        """A classification."""
        yield json_object(self.given, "classification", self.label, self.notes, probabilities=self.probabilities)


@dataclass(frozen=True)
class PairPrediction:
    """The prediction for two images."""

    file: Path
    other: Path
    label: str
    """``same`` or ``different``."""
    distance: float
    threshold: float
    """From here on they are different."""
    notes: tuple[str, ...] = ()

    @property
    def given(self) -> str:
        """Both paths."""
        return f"{self.file}, {self.other}"

    def lines(self) -> Iterator[str]:
        """Verdict and distance."""
        yield f"{self.given}: {self.label} (distance {self.distance:.3f}, limit {self.threshold:g})"

    def records(self) -> Iterator[dict[str, Value]]:
        """One row."""
        pair = {"file": str(self.file), "other": str(self.other)}
        yield pair | {"label": self.label, "distance": self.distance, "threshold": self.threshold}

    def objects(self) -> Iterator[Mapping[str, object]]:
        """A classification of two inputs, with the distance and the limit as its scores."""
        pair, scores = (str(self.file), str(self.other)), {"distance": self.distance, "threshold": self.threshold}
        yield json_object(pair, "classification", self.label, self.notes, scores=scores)
