"""Descend with batches of every size in every form, and measure time and loss."""

import math
from collections.abc import Iterable, Iterator
from dataclasses import asdict, dataclass
from statistics import median
from typing import Any

import torch

from deepdive.algorithms.regression import least_squares
from deepdive.data.progress import Report
from deepdive.recipes.experiments import RecordsExperiment
from deepdive.recipes.experiments.drawing import svg_figure
from deepdive.recipes.optimizing.airfoil.airfoil import AirfoilSettings
from deepdive.recipes.optimizing.airfoil.figures import losses_by_time, times_by_batch_size
from deepdive.recipes.optimizing.airfoil.forms import FORMS, half_squared_loss
from deepdive.recipes.optimizing.airfoil.table import standardised
from deepdive.training import Plan, Record, Run
from deepdive.training.report import Section, join, table, text


@dataclass
class Measured:
    """One form with one batch size."""

    losses: list[float]
    """After each part of a pass."""
    seconds: list[float]
    """From the beginning to there."""
    epochs: list[float]
    """Seconds of each pass."""

    @property
    def curve(self) -> list[tuple[float, float]]:
        """Seconds and losses."""
        return list(zip(self.seconds, self.losses, strict=True))


class AirfoilExperiment(RecordsExperiment[AirfoilSettings]):
    """Half the mean squared error of a linear model, all columns standardised: 0.5 is that of the mean.

    ``<form>_<batch size>_loss`` is the loss on the rows that are learnt from after the last pass, ``..._seconds`` the
    median time of a pass. ``minibatch_loss`` is that of the vectorised form with the batch size nearest to 10, and
    ``minibatch_speed`` how many times as fast as the naive loop it is there. ``closed_form_loss`` is the lowest there
    is.
    """

    draws_curves = False
    no_predictions = "compares forms of descent and keeps no network"

    def load(self, report: Report) -> None:
        """Read the table and standardise every column of numbers by all its rows.

        Raises:
            ValueError: the target holds no numbers, or there are no others.
        """
        self.x, self.y, self._left = standardised(self.settings.data, self.settings.target, report)
        rates = {min(size, len(self.x)): self.settings.rate(size) for size in self.settings.batch_sizes}
        self.sizes, self._rates = list(rates), rates
        self.measured: dict[str, Measured] = {}

    def notes(self) -> Iterable[str]:
        """What was left out of the table."""
        return self._left

    def fingerprint(self) -> tuple[torch.Tensor, ...]:
        """The rows."""
        return self.x, self.y

    def plan(self) -> Plan:
        """A step for each batch size."""
        return Plan(total_steps=len(self.sizes), steps_per_epoch=1)

    def records(self, run: Run) -> Iterator[Record]:
        """Every form with every batch size, one after the other."""
        for step, size in enumerate(self.sizes, start=1):
            if f"library_{size}" in self.measured:
                continue
            self.measured |= {f"{form}_{size}": self._descend(form, size) for form in FORMS}
            found = {f"{form}_loss": self.measured[f"{form}_{size}"].losses[-1] for form in FORMS}
            seconds = {f"{form}_seconds": median(self.measured[f"{form}_{size}"].epochs) for form in FORMS}
            yield Record("epoch", step, step, found | seconds)
        yield Record("test", len(self.sizes), len(self.sizes), self._summary())

    def state(self) -> dict[str, Any]:
        """What is measured so far."""
        return {name: asdict(found) for name, found in self.measured.items()}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on with what was measured."""
        self.measured = {name: Measured(**found) for name, found in state.items()}

    def metrics(self, run: Run) -> dict[str, float]:
        """Of every form with every batch size, and what they come to."""
        losses = {f"{name}_loss": found.losses[-1] for name, found in self.measured.items()}
        seconds = {f"{name}_seconds": median(found.epochs) for name, found in self.measured.items()}
        return losses | seconds | self._summary()

    def sections(self, run: Run) -> list[Section]:
        """Curves and the table."""
        found = self.metrics(run)
        curves = {f"{size} rows": self.measured[f"vectorised_{size}"].curve for size in self.sizes}
        by_form = {FORMS[form].name: {size: found[f"{form}_{size}_seconds"] for size in self.sizes} for form in FORMS}
        rows = [
            {"batch size": size, "learning rate": self._rates[size], "steps of a pass": -(-len(self.x) // size)}
            | {"loss": found[f"vectorised_{size}_loss"]}
            | {f"seconds, {FORMS[form].name}": found[f"{form}_{size}_seconds"] for form in FORMS}
            for size in self.sizes
        ]
        losses = svg_figure(
            losses_by_time(curves, found["closed_form_loss"]),
            "Loss on all rows against the time of the steps, vectorised; each line is one batch size.",
            run.folder / "losses.svg",
        )
        times = svg_figure(
            times_by_batch_size(by_form), "Median time of a pass over all rows.", run.folder / "times.svg"
        )
        baselines = (
            f"Least squares: {found['closed_form_loss']:.4f}, the lowest loss of a linear model. The mean of all "
            f"targets: {found['mean_loss']:.4f}. The loss is half of the mean squared error on the rows that are "
            "learnt from, where every column has mean 0 and variance 1; there is no test part, as in the book."
        )
        return [
            Section("Loss and time", join([losses, table(rows), text(baselines)])),
            Section("Time by batch size", join([times, text(_FORMS)])),
        ]

    def _summary(self) -> dict[str, float]:
        size = min(self.sizes, key=lambda size: abs(math.log(size / 10)))
        naive, own = self.measured[f"naive_{size}"], self.measured[f"vectorised_{size}"]
        closed = least_squares(self.x.double(), self.y.double())
        theta = torch.cat([closed.weight, closed.bias[None]])
        return {
            "minibatch_loss": own.losses[-1],
            "minibatch_speed": median(naive.epochs) / median(own.epochs),
            "closed_form_loss": half_squared_loss(theta, self.x.double(), self.y.double()),
            "mean_loss": float(self.y.var(correction=0)) / 2,
        }

    def _descend(self, form: str, size: int) -> Measured:
        settings = self.settings
        draw = torch.Generator().manual_seed(settings.seed)
        theta = torch.cat([0.01 * torch.randn(self.x.shape[1], generator=draw), torch.zeros(1)])
        descent = FORMS[form](self.x, self.y, theta, batch_size=size, lr=self._rates[size])
        found = Measured([], [], [])
        for _ in range(settings.epochs):
            order = torch.randperm(len(self.x), generator=draw)
            before = sum(found.epochs)
            for _, seconds, loss in descent.epoch(order):
                found.losses.append(loss)
                found.seconds.append(before + seconds)
            found.epochs.append(found.seconds[-1] - before)
        return found


_FORMS = (
    "The naive loop fetches rows one by one with a DataLoader and differentiates by autograd; vectorised is a slice of "
    "rows and a gradient that is written out; library is torch.nn.Linear with torch.optim.SGD on such slices. All "
    "three take the same steps. A step has a fixed cost: a pass of small batches takes longer, one of large ones "
    "learns less."
)
