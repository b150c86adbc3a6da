"""What a recipe's function returns: something that can be fitted in a run folder and asked about new inputs."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Literal, Protocol, runtime_checkable

from deepdive.recipes.predictions import AnyPrediction as AnyPrediction
from deepdive.recipes.predictions import Prediction as Prediction
from deepdive.recipes.predictions import TablePrediction as TablePrediction
from deepdive.recipes.predictions import TextPrediction as TextPrediction
from deepdive.training import Run
from deepdive.training.records import Listener
from deepdive.training.report import Section

Invert = Literal["auto", "yes", "no"]
"""Whether light and dark of a picture are swapped; ``auto``: if its background is not like the training pictures'."""


@runtime_checkable
class ReadsTextFiles(Protocol):
    """An experiment that is asked about texts and knows more kinds of files with them than one text per line."""

    def texts_of(self, path: Path) -> list[str]:
        """The texts in a file, as ``predict`` takes them."""
        ...


@runtime_checkable
class Experiment(Protocol):
    """One experiment, whatever its loop looks like."""

    def prepare(self) -> None:
        """Obtain the data and make the network; nothing is written to a run folder yet."""
        ...

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder and return the final metrics."""
        ...

    def sections(self, run: Run) -> list[Section]:
        """The parts of the report that are this experiment's own, e.g. a grid of predictions."""
        ...

    @property
    def predict(self) -> Callable[..., Sequence[AnyPrediction]]:
        """Read the trained network from the run folder and apply it to new inputs.

        A method ``predict(run, files, *, ...)`` is given paths, ``predict(run, texts, *, ...)`` texts. What it takes by
        keyword, e.g. ``invert`` for pictures or ``temperature`` for texts, a user may set by a flag of that name.
        """
        ...
