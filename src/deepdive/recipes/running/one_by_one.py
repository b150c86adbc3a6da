"""Predictions for several inputs: what can be predicted is, and each input that cannot be is told with its reason."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from deepdive.names import cut
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.predictions import AnyPrediction
from deepdive.recipes.ranges import SettingError
from deepdive.training import Run

Failed = Callable[[str, Exception], object]
"""Is told of an input that cannot be predicted, by its name, and why."""
_NAME = 60


def predict_one_by_one(
    experiment: Experiment[Any], run: Run, words: Sequence[Path | str], options: Mapping[str, Any], failed: Failed
) -> list[AnyPrediction]:
    """Apply a trained run to inputs from the command line, in their order, and leave out those that cannot be used.

    Each image and each table of a folder counts for itself; a folder of texts is one input. Inputs that are compared
    with each other (`Experiment.compares`) are left out together.

    Raises:
        ValueError: an option is out of its range, or nothing can be predicted for the same reason.
        OSError: nothing can be predicted, as a file cannot be read.
    """
    problems: list[tuple[str, Exception]] = []
    given: list[Any] = []
    for word in words:
        try:
            given += experiment.expanded(experiment.typed([word]))
        except (ValueError, OSError) as error:
            if experiment.compares > 1:
                raise
            problems.append((str(word), error))
    restored = experiment.restore(run)

    def predicted(some: Sequence[Any]) -> Iterator[AnyPrediction]:
        try:
            found = experiment.predict(*restored, some, **options) if some else ()
        except SettingError:  # of an option, whatever the input
            raise
        except (ValueError, OSError) as error:
            pairs = len(some) // experiment.compares
            if pairs < 2 or len(some) % experiment.compares:
                problems.append((" and ".join(_name(each) for each in some), error))
                return
            half = pairs // 2 * experiment.compares
            yield from predicted(some[:half])
            yield from predicted(some[half:])
        else:
            yield from found

    predictions = list(predicted(given))
    if problems and not predictions and len({str(error) for _, error in problems}) == 1:
        raise problems[0][1]
    for name, error in problems:
        failed(name, error)
    return predictions


def _name(given: Any) -> str:
    """Of a file its path, of a text its beginning."""
    return str(getattr(given, "path", given)) if not isinstance(given, str) else cut(given, _NAME)
