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
from deepdive.recipes.predictions import Value
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

        Numbers are averaged on the scale they were learnt on, so a logarithm gives the geometric mean.

        Raises:
            ValueError: the table lacks a column or holds words in place of numbers; names it.
        """
        mean = torch.stack([member.outputs(table, self.device) for member in self.members]).mean(dim=0)
        target = self.members[0].target
        if isinstance(target, ClassTarget):
            probabilities = mean.max(dim=1).values.tolist()
            name = apart("probability", (target.name, *beside))
            return {target.name: target.decode(mean.float()).to_list(), name: [round(p, 6) for p in probabilities]}
        return {target.name: target.decode((mean - target.column.mean) / target.column.std).to_list()}

    def describe(self, table: pl.DataFrame) -> tuple[str, ...]:
        """What of the table the networks do not know, and how many of them there are if not all."""
        trained = len(self.members)
        few = (f"only {trained} of {self.folds} folds are trained yet",) if trained < self.folds else ()
        return (*self.members[0].prepared.preprocessor.describe(table), *few)
