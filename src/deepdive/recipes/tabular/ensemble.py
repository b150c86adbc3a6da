"""The networks of all folds as one."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

import polars as pl
import torch
from jaxtyping import Float
from torch import Tensor, nn

from deepdive.data.tables import ClassTarget
from deepdive.data.tables.targets import Target
from deepdive.names import apart
from deepdive.recipes.predictions import PredictedColumn, Value
from deepdive.recipes.tabular.rows import Prepared

_CHUNK = 1 << 14
"""Rows that go through the networks at a time."""


@dataclass(frozen=True)
class Member:
    """A trained network with what surrounds it."""

    network: nn.Module
    prepared: Prepared

    @property
    def target(self) -> Target:
        """What it predicts."""
        return self.prepared.targets[0]

    def outputs(self, table: pl.DataFrame, device: torch.device) -> Float[Tensor, "rows outputs"]:
        """Numbers on the scale of ``f(y)``, the logarithm if the target is learnt so, or class probabilities."""
        features = self.prepared.preprocessor.transform(table)
        network = self.network.to(device).eval()
        with torch.inference_mode():
            raw = torch.cat([network(part.to(device)).cpu() for part in features.split(_CHUNK)]).double()
        if isinstance(self.target, ClassTarget):
            return raw.softmax(dim=1)
        return raw * self.target.column.std + self.target.column.mean


@dataclass(frozen=True)
class Ensemble:
    """The networks of all folds that are trained: their mean prediction."""

    members: Sequence[Member]
    """At least one."""
    folds: int
    """How many there are, trained or not."""
    device: torch.device

    def predict(self, table: pl.DataFrame, *, beside: Collection[str] = ()) -> dict[str, list[Value]]:
        """The target of every row, by its name; of classes also the ``probability``, the networks' mean.

        That has underscores after its name where a column ``beside`` the predictions has it, or the target itself.

        Raises:
            ValueError: the table lacks a column or holds words in place of numbers; names it.
        """
        return as_columns([self.answer(table)], beside)

    def answer(self, table: pl.DataFrame) -> PredictedColumn:
        """The target of every row; of classes the probabilities of all, the networks' mean.

        Numbers are averaged on the scale they were learnt on, so a logarithm gives the geometric mean.

        Raises:
            ValueError: the table lacks a column or holds words in place of numbers; names it.
        """
        mean = torch.stack([member.outputs(table, self.device) for member in self.members]).mean(dim=0)
        target = self.members[0].target
        if isinstance(target, ClassTarget):
            return predicted_classes(target, target.decode(mean.float()), mean)
        numbers = target.decode((mean - target.column.mean) / target.column.std)
        return PredictedColumn(target.name, numbers.to_list())

    def describe(self, table: pl.DataFrame) -> tuple[str, ...]:
        """What of the table the networks do not know, and how many of them there are if not all."""
        trained = len(self.members)
        few = (f"only {trained} of {self.folds} folds are trained yet",) if trained < self.folds else ()
        return (*self.members[0].prepared.preprocessor.describe(table), *few)


def predicted_classes(target: ClassTarget, labels: pl.Series, probabilities: Tensor) -> PredictedColumn:
    """A target of classes, with the probabilities of all as a reader gets them: to six digits.

    Where these are no finite numbers, no class is predicted: the row's value is ``None``.
    """
    rows = probabilities.double().mul(1e6).round().div(1e6).tolist()
    finite = probabilities.isfinite().all(dim=1).tolist()
    values = [label if known else None for label, known in zip(labels.to_list(), finite, strict=True)]
    return PredictedColumn(target.name, values, target.classes, rows)


def as_columns(predicted: Sequence[PredictedColumn], beside: Collection[str] = ()) -> dict[str, list[Value]]:
    """The predictions as columns of a table, each target by its name, and beside classes the probability of each.

    That is called ``probability``, or of several targets ``<target> probability``, with underscores after it where
    something else has the name.
    """
    found: dict[str, list[Value]] = {}
    names = [column.name for column in predicted]
    for column in predicted:
        found[column.name] = [*column.values]
        if column.classes:
            name = "probability" if len(names) == 1 else f"{column.name} probability"
            place = {label: i for i, label in enumerate(column.classes)}
            rows = zip(column.values, column.probabilities, strict=True)
            found[apart(name, (*names, *beside, *found))] = [
                None if label is None else shares[place[str(label)]] for label, shares in rows
            ]
    return found
