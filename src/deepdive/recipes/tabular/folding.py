"""What a run folder keeps of each fold, and the metrics of all folds as one."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

from deepdive.recipes.experiments.sequential_runs import TrainingResult, checkpoints_of, result_of
from deepdive.training import FolderCheckpoints, Run


class FoldStore:
    """The trainings ``fold1``, ``fold2``, ... of a run, and ``folds/<k>.json``, what surrounds the network of each."""

    def __init__(self, run: Run, folds: int) -> None:
        self.run = run
        self.folds = folds

    def name(self, index: int) -> str:
        """Of the training of a fold."""
        return f"fold{index + 1}"

    def checkpoints(self, index: int) -> FolderCheckpoints:
        """Where a fold keeps ``last`` and ``best``."""
        return checkpoints_of(self.run, self.name(index), alone=self.folds == 1)

    def result(self, index: int) -> TrainingResult | None:
        """How the training of a fold ended, ``None`` if it has not.

        Raises:
            RunError: its file is damaged.
        """
        return result_of(self.run, self.name(index))

    def write_inputs(self, index: int, content: dict[str, Any]) -> None:
        """Write what surrounds the network of a fold."""
        self.run.write_json(self.place(index), content)

    def inputs(self, index: int) -> dict[str, Any] | None:
        """What surrounds the network of a fold, ``None`` before its training begins.

        Raises:
            RunError: the file is damaged.
        """
        place = self.place(index)
        return self.run.read_json(place) if (self.run.folder / place).is_file() else None

    def place(self, index: int) -> str:
        """The file of ``inputs``, within the run folder."""
        return f"folds/{index + 1}.json"


def pooled(metrics: Sequence[Mapping[str, float]], rows: Sequence[int]) -> dict[str, float]:
    """The metrics of all folds as those of one: of every held-out row in the network that did not learn from it.

    Means weighted by the ``rows`` held out, the root mean square for root mean squared errors; ``..._std`` is the
    deviation of ``test_...`` from fold to fold.
    """
    if len(metrics) == 1:
        return dict(metrics[0])
    total = sum(rows)
    found: dict[str, float] = {}
    for name in metrics[0]:
        values = [each[name] for each in metrics]
        power = 2 if name.endswith("rmse") else 1
        mean = sum(n * value**power for n, value in zip(rows, values, strict=True)) / total
        found[name] = mean ** (1 / power)
        if name.startswith("test_"):
            centre = sum(values) / len(values)
            found[f"{name}_std"] = math.sqrt(sum((value - centre) ** 2 for value in values) / (len(values) - 1))
    return found
