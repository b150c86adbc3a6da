"""Perceptrons for tables: the task of one fold, and the networks of all folds as one."""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass

import polars as pl
import torch
from jaxtyping import Float
from torch import Tensor, nn

from deepdive.data.tables import ClassTarget, NumericTarget, TableDataModule, TablePreprocessor
from deepdive.data.tables.targets import Target, target_from_json
from deepdive.models.perceptrons import MLP
from deepdive.names import apart
from deepdive.recipes.experiments.making import make_schedule, make_toolkit
from deepdive.recipes.predictions import Value
from deepdive.recipes.tabular.folding import FoldStore
from deepdive.recipes.tabular.metrics import ScaledRootMeanSquaredError
from deepdive.recipes.tabular.settings import TableSettings
from deepdive.training import Classification, Regression, RunError, Task, choose_device, seed_everything

_CHUNK = 1 << 14
"""Rows that go through the networks at a time."""


def make_task(
    settings: TableSettings,
    data: TableDataModule,
    optimizer: Callable[[Iterable[nn.Parameter]], torch.optim.Optimizer],
    *,
    seed: int,
) -> Task:
    """The perceptron that these settings describe, with its loss and its metric.

    Numbers are learnt standardised with the squared error, and measured in the target's unit: ``rmse``, or ``log_rmse``
    on the logarithmic scale. Classes are learnt with the cross-entropy and measured by the accuracy.
    """
    seed_everything(seed % 2**32)
    [target] = data.fitted
    network = make_network(settings, data.preprocessor, target)
    schedule = make_schedule(settings)
    if isinstance(target, ClassTarget):
        return Classification(network, optimizer=optimizer, schedule=schedule)
    metrics = {error_name(target): ScaledRootMeanSquaredError(target.scale)}
    return Regression(network, optimizer=optimizer, schedule=schedule, metrics=metrics)


def make_network(settings: TableSettings, preprocessor: TablePreprocessor, target: Target) -> MLP:
    """A perceptron from the features to the target's outputs."""
    return MLP(
        len(preprocessor.feature_names),
        target.outputs,
        settings.hidden,
        settings.activation,
        settings.dropout,
        nn=make_toolkit(settings.toolkit),
    )


def error_name(target: NumericTarget) -> str:
    """``rmse``, or ``log_rmse`` on the logarithmic scale."""
    return "log_rmse" if target.column.log else "rmse"


@dataclass(frozen=True)
class Member:
    """A trained network with what surrounds it."""

    network: nn.Module
    preprocessor: TablePreprocessor
    target: Target

    def outputs(self, table: pl.DataFrame, device: torch.device) -> Float[Tensor, "rows outputs"]:
        """Numbers on the scale of ``f(y)``, the logarithm if the target is learnt so, or class probabilities."""
        features = self.preprocessor.transform(table)
        network = self.network.to(device).eval()
        with torch.inference_mode():
            raw = torch.cat([network(part.to(device)).cpu() for part in features.split(_CHUNK)]).double()
        if isinstance(self.target, ClassTarget):
            return raw.softmax(dim=1)
        return raw * self.target.column.std + self.target.column.mean


class Ensemble:
    """The networks of all folds that are trained: their mean prediction."""

    def __init__(self, members: list[Member], folds: int, device: torch.device) -> None:
        self.members = members
        self.preprocessor = members[0].preprocessor
        self.target = members[0].target
        self._folds = folds
        self._device = device

    @classmethod
    def load(cls, store: FoldStore, settings: TableSettings) -> "Ensemble":
        """The best networks of a run folder.

        Raises:
            RunError: none is trained, or a file is damaged.
        """
        members = [member for i in range(store.folds) if (member := load_member(store, i, settings)) is not None]
        if not members:
            raise RunError(f"{store.run.folder} has no trained network; {store.run.go_on}")
        return cls(members, store.folds, choose_device(settings.device))

    def predict(self, table: pl.DataFrame, *, beside: Collection[str] = ()) -> dict[str, list[Value]]:
        """The target of every row, by its name; of classes also the ``probability``, the networks' mean.

        That has underscores after its name where a column ``beside`` the predictions has it, or the target itself.

        Numbers are averaged on the scale they were learnt on, so a logarithm gives the geometric mean.

        Raises:
            ValueError: the table lacks a column or holds words in place of numbers; names it.
        """
        mean = torch.stack([member.outputs(table, self._device) for member in self.members]).mean(dim=0)
        target = self.target
        if isinstance(target, ClassTarget):
            chances = mean.max(dim=1).values.tolist()
            shown = apart("probability", (target.name, *beside))
            return {target.name: target.decode(mean.float()).to_list(), shown: [round(p, 6) for p in chances]}
        return {target.name: target.decode((mean - target.column.mean) / target.column.std).to_list()}

    def describe(self, table: pl.DataFrame) -> tuple[str, ...]:
        """What of the table the networks do not know, and how many of them there are if not all."""
        missing = self._folds - len(self.members)
        trained = f"only {len(self.members)} of {self._folds} folds are trained yet"
        return (*self.preprocessor.describe(table), *([trained] if missing else []))


def load_member(store: FoldStore, index: int, settings: TableSettings) -> Member | None:
    """The best network of a fold, or its last one while there is no best; ``None`` before its first epoch has ended.

    Raises:
        RunError: what surrounds the network is damaged.
        CheckpointError: its weights are damaged.
    """
    content, checkpoints = store.inputs(index), store.checkpoints(index)
    name = next((name for name in ("best", "last") if checkpoints.has(name)), None)
    if content is None or name is None:
        return None
    try:
        preprocessor = TablePreprocessor.from_json(content["preprocessor"])
        target = target_from_json(content["target"])
    except (KeyError, TypeError, ValueError) as error:
        raise RunError(f"{store.run.folder / store.place(index)} is damaged: {error}") from error
    network = make_network(settings, preprocessor, target)
    network.load_state_dict(checkpoints.load(name)["model"])
    return Member(network, preprocessor, target)
