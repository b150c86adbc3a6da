"""Training fold after fold in one run folder, so that a killed run goes on where it was."""

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import msgspec

from deepdive.data.tables import TableDataModule
from deepdive.data.tables.module import Rows
from deepdive.data.tables.targets import target_to_json
from deepdive.recipes.joining import Extent, JoinedListeners
from deepdive.training import FolderCheckpoints, Run, RunError, Task, Trainer
from deepdive.training.listeners import Curves
from deepdive.training.records import Listener


@dataclass(frozen=True)
class FoldResult:
    """How the training of one fold ended."""

    metrics: dict[str, float]
    """Of the best epoch's weights, on the rows that were held out."""
    rows: int
    """How many these are."""
    extent: Extent
    """Steps, epochs and records it took."""


@dataclass(frozen=True)
class Fold:
    """One training: its number, and how to get its data and its task."""

    index: int
    trainer: Trainer
    parts: Callable[[int, Rows], tuple[TableDataModule, Task]]
    rows: Rows


class FoldStore:
    """What a run folder keeps of each fold: ``folds/<k>/inputs.json`` and ``result.json``, and its checkpoints.

    The checkpoints of a run without folds lie where those of any run lie.
    """

    def __init__(self, run: Run, folds: int) -> None:
        self.run = run
        self.folds = folds

    def checkpoints(self, index: int) -> FolderCheckpoints:
        """Where a fold keeps ``last`` and ``best``."""
        folder = self.run.folder / "checkpoints"
        return FolderCheckpoints(folder if self.folds == 1 else folder / f"fold{index + 1}")

    def write(self, index: int, name: str, content: dict[str, Any]) -> None:
        """Write a JSON file of a fold."""
        (self.run.folder / "folds" / str(index + 1)).mkdir(parents=True, exist_ok=True)
        self.run.write_json(f"folds/{index + 1}/{name}", content)

    def read(self, index: int, name: str) -> dict[str, Any] | None:
        """A JSON file of a fold, ``None`` if there is none yet.

        Raises:
            RunError: the file is damaged.
        """
        place = f"folds/{index + 1}/{name}"
        return self.run.read_json(place) if (self.run.folder / place).is_file() else None

    def result(self, index: int) -> FoldResult | None:
        """The result of a fold that is over, else ``None``.

        Raises:
            RunError: it is damaged.
        """
        content = self.read(index, "result.json")
        try:
            return None if content is None else msgspec.convert(content, FoldResult)
        except msgspec.ValidationError as error:
            raise RunError(f"{self.run.folder}/folds/{index + 1}/result.json is damaged: {error}") from error


def fit_folds(
    folds: Sequence[Fold], store: FoldStore, listeners: Sequence[Listener], *, resume: bool
) -> list[FoldResult]:
    """Train the folds that are not over yet, in order, and return the results of all.

    The listeners hear of one run. Its learning curves would jump at every fold, so with several folds they are left to
    the report, which draws one above the other.
    """
    kept = [listener for listener in listeners if len(folds) == 1 or not isinstance(listener, Curves)]
    joined = JoinedListeners(kept, trainings=len(folds))
    results = []
    try:
        for fold in folds:
            result = store.result(fold.index) if resume else None
            if result is None:
                result = _fit_fold(fold, store, joined, resume=resume)
            joined.advance(result.extent)
            results.append(result)
    finally:
        joined.close()
    return results


def pooled(results: Sequence[FoldResult]) -> dict[str, float]:
    """The metrics of all folds as those of one: of every held-out row in the network that did not learn from it.

    Means weighted by the rows held out, the root mean square for root mean squared errors; ``..._std`` is the deviation
    of ``test_...`` from fold to fold.
    """
    if len(results) == 1:
        return results[0].metrics
    total = sum(result.rows for result in results)
    found: dict[str, float] = {}
    for name in results[0].metrics:
        values = [result.metrics[name] for result in results]
        power = 2 if name.endswith("rmse") else 1
        mean = sum(r.rows * value**power for r, value in zip(results, values, strict=True)) / total
        found[name] = mean ** (1 / power)
        if name.startswith("test_"):
            centre = sum(values) / len(values)
            found[f"{name}_std"] = math.sqrt(sum((value - centre) ** 2 for value in values) / (len(values) - 1))
    return found


def _fit_fold(fold: Fold, store: FoldStore, joined: JoinedListeners, *, resume: bool) -> FoldResult:
    data, task = fold.parts(fold.index, fold.rows)
    [target] = data.fitted
    inputs = {"preprocessor": data.preprocessor.to_json(), "target": target_to_json(target)}
    store.write(fold.index, "inputs.json", inputs)
    trainer = replace(fold.trainer, seed=(fold.trainer.seed + fold.index) % 2**32)
    metrics = trainer.fit(task, data, checkpoints=store.checkpoints(fold.index), listeners=[joined], resume=resume)
    result = FoldResult(metrics, len(data.rows.test), joined.extent)
    store.write(fold.index, "result.json", asdict(result))
    return result
