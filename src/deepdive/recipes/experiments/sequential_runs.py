"""Several training runs of one run, one after the other; a run that was killed goes on within the one it was in."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace

import msgspec

from deepdive.data.types import DataModule
from deepdive.recipes.experiments.merged_listeners import Extent, MergedListeners
from deepdive.training import FolderCheckpoints, Run, RunError, Task, Trainer
from deepdive.training.listeners import Curves, read_metrics
from deepdive.training.loop.progress import DivergedError
from deepdive.training.records import Listener, Record


@dataclass(frozen=True)
class TrainingRun:
    """One of the training runs: its name, and how to make its task and its data."""

    name: str
    make: Callable[[], tuple[Task, DataModule]]
    seed: int | None = None
    """Of the trainer, if not its own."""
    trainer: Trainer | Callable[[], Trainer] | None = None
    """If not that of all; a function is asked for it when the training runs before are over."""
    may_diverge: bool = False
    """Whether a loss that is NaN or infinite ends this training alone, without metrics, and not the run."""


@dataclass(frozen=True)
class TrainingResult:
    """How one of the training runs ended."""

    metrics: dict[str, float]
    """Empty if it diverged."""
    extent: Extent
    """Steps, epochs and records it took."""


def fit_sequentially(
    training_runs: Sequence[TrainingRun], trainer: Trainer, run: Run, listeners: Sequence[Listener], *, resume: bool
) -> dict[str, TrainingResult]:
    """Train those that are not over yet, in order, and return the results of all by name.

    The listeners hear of one run. Its learning curves would jump at every training, so those of several are left to the
    report. A single training keeps its checkpoints where any run does, and is gone through to its end again where that
    is all that is left: the listeners draw then.

    Raises:
        RunError: the result of a training is damaged.
        DivergedError: a loss became NaN in a training that may not diverge, or since the data hold NaN.
    """
    alone = len(training_runs) == 1
    kept = [each for each in listeners if alone or not isinstance(each, Curves)]
    joined = MergedListeners(kept, training_runs=len(training_runs))
    results: dict[str, TrainingResult] = {}
    try:
        for training in training_runs:
            result = result_of(run, training.name) if resume and not alone else None
            if result is None:
                task, data = training.make()
                own = training.trainer() if callable(training.trainer) else training.trainer or trainer
                own = own if training.seed is None else replace(own, seed=training.seed)
                folder = checkpoints_of(run, training.name, alone=alone)
                try:
                    metrics = own.fit(task, data, checkpoints=folder, listeners=[joined], resume=resume)
                except DivergedError as error:
                    if error.by_data or not training.may_diverge:
                        raise
                    metrics = {}
                result = TrainingResult(metrics, joined.extent)
                run.write_json(f"training_runs/{training.name}.json", asdict(result))
            joined.advance(result.extent)
            results[training.name] = result
    finally:
        joined.close()
    return results


def checkpoints_of(run: Run, name: str, *, alone: bool = False) -> FolderCheckpoints:
    """Where one of several training runs keeps ``last`` and ``best``; one ``alone`` does where any run does."""
    return run.checkpoints if alone else FolderCheckpoints(run.folder, "checkpoints", name)


def result_of(run: Run, name: str) -> TrainingResult | None:
    """How a training ended, ``None`` if it has not.

    Raises:
        RunError: its file is damaged.
    """
    place = f"training_runs/{name}.json"
    if not (run.folder / place).is_file():
        return None
    try:
        return msgspec.convert(run.read_json(place), TrainingResult)
    except msgspec.ValidationError as error:
        raise RunError(f"{run.folder / place} is damaged: {error}") from error


def records_of(run: Run, results: Mapping[str, TrainingResult]) -> dict[str, list[Record]]:
    """The records of each training, with epochs and steps counted on from the one before."""
    records, found, at = read_metrics(run.metrics_file), {}, 0
    for name, result in results.items():
        found[name] = records[at : at + result.extent.records]
        at += result.extent.records
    return found
