"""Learn one linear model by batches of many sizes, written in three ways, and time them."""

from collections.abc import Iterable, Iterator
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from deepdive.algorithms.regression import least_squares
from deepdive.data.progress import Report
from deepdive.data.tables import read_named
from deepdive.figures import PALETTE, figure_style, log_scale
from deepdive.recipes.experiments import RecordsExperiment
from deepdive.recipes.experiments.drawing import svg_figure
from deepdive.recipes.optimizing.airfoil import AirfoilSettings
from deepdive.recipes.optimizing.descents import WAYS, Descent, scaled_loss
from deepdive.training import Plan, Record, Run
from deepdive.training.report import Section, join, table, text

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_ROWS = 1500
"""As in the book, of 1,503."""
_REFERENCE = 10
_FULL_EPOCHS = 20
_COURSE = ("loop", 1)


class AirfoilExperiment(RecordsExperiment[AirfoilSettings]):
    """``scaled_loss`` is half the mean squared error of the standardised target after batches of 10, by the library.

    ``least_scaled_loss`` is that of the closed form, ``speedup`` the time of an epoch of the course's loop over single
    examples by that of the library in batches of 10.
    """

    data_name = "the rows"
    no_predictions = "times ways of learning"

    def load(self, report: Report) -> None:
        """The first 1,500 rows, each column standardised."""
        frame = read_named("airfoil", report=report)
        columns = torch.from_numpy(frame.to_numpy().astype("float32"))[:_ROWS]
        columns = (columns - columns.mean(0)) / columns.std(0)
        self.rows = columns[:, :-1].contiguous(), columns[:, -1].contiguous()
        self.runs: dict[str, Descent] = {}
        sizes = sorted({*self.settings.batch_sizes, _REFERENCE})
        self.points = [_COURSE, *((way, size) for size in sizes for way in WAYS if (way, size) != _COURSE)]

    def fingerprint(self) -> Iterable[Tensor]:
        """The rows."""
        return self.rows

    def plan(self) -> Plan:
        """A step for each way and size."""
        return Plan(total_steps=len(self.points), steps_per_epoch=1)

    def records(self, run: Run) -> Iterator[Record]:
        """Loss and seconds of each."""
        settings = self.settings
        for step, (way, size) in enumerate(self.points, 1):
            if _key(way, size) in self.runs:
                continue
            epochs = settings.epochs if size < len(self.rows[0]) else max(_FULL_EPOCHS, settings.epochs)
            found = WAYS[way](self.rows, size, self._rate(size), epochs, settings.seed)
            self.runs[_key(way, size)] = found
            values = {f"{way}_{size}_loss": found.losses[-1], f"{way}_{size}_seconds": found.seconds[-1]}
            yield Record("epoch", step, step, values)
        yield Record("test", len(self.points), len(self.points), self.metrics(run))

    def state(self) -> dict[str, Any]:
        """What is measured so far."""
        return {name: {key: list(value) for key, value in asdict(each).items()} for name, each in self.runs.items()}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on with what was measured."""
        self.runs = {name: Descent(tuple(each["losses"]), tuple(each["seconds"])) for name, each in state.items()}

    def metrics(self, run: Run) -> dict[str, float]:
        """The loss beside the least one, and how much faster batches are than single examples."""
        fit = least_squares(*(each.double() for each in self.rows))
        least = scaled_loss(fit.weight, fit.bias, (self.rows[0].double(), self.rows[1].double()))
        reference, course = self.runs[_key("library", _REFERENCE)], self.runs[_key(*_COURSE)]
        speedup = course.epoch_seconds / reference.epoch_seconds
        return {"scaled_loss": reference.losses[-1], "least_scaled_loss": least, "speedup": speedup}

    def sections(self, run: Run) -> list[Section]:
        """Loss against time, and all numbers."""
        rows = []
        for way, size in self.points:
            found = self.runs[_key(way, size)]
            rows.append(
                {"way": way, "batch size": size, "learning rate": self._rate(size), "scaled loss": found.losses[-1]}
                | {"epochs": len(found.losses), "seconds of an epoch": found.epoch_seconds}
            )
        drawn = svg_figure(self._figure(), "Loss against seconds, and seconds of an epoch.", run.folder / "batches.svg")
        least = f"Least squares have a scaled loss of {self.metrics(run)['least_scaled_loss']:.4f}."
        return [Section("Batches", join([drawn, table(rows), text(least, _EXPLAINED)]))]

    def _rate(self, size: int) -> float:
        return min(1.0, self.settings.lr_per_example * size)

    def _figure(self) -> "Figure":
        from matplotlib.figure import Figure

        sizes = sorted({size for _, size in self.points})
        with figure_style():
            figure = Figure(figsize=(7.2, 3.4), facecolor="white", layout="constrained")
            left, right = figure.subplots(1, 2)
            for i, size in enumerate(size for size in sizes if _key("library", size) in self.runs):
                found = self.runs[_key("library", size)]
                dash = ("-", "--", ":")[i // len(PALETTE)]
                left.plot(found.seconds, found.losses, dash, marker=".", color=PALETTE[i % 5], label=f"{size}")
            log_scale(left, "x")
            left.set_xlabel("seconds (library)")
            left.set_ylabel("scaled loss")
            left.legend(title="batch size", fontsize="small")
            for color, way in zip(PALETTE, WAYS, strict=False):
                measured = [size for size in sizes if _key(way, size) in self.runs]
                epochs = [self.runs[_key(way, size)] for size in measured]
                right.plot(measured, [each.epoch_seconds for each in epochs], "o-", color=color, label=way)
            log_scale(right, "x", "y")
            right.set_xlabel("batch size")
            right.set_ylabel("seconds of an epoch")
            right.legend(fontsize="small")
        return figure


_EXPLAINED = (
    "A step costs nearly the same whatever the batch, since what it computes is little beside what it takes to start "
    "it: larger batches make an epoch cheaper, but each makes one step only, at a rate that stability bounds."
)


def _key(way: str, size: int) -> str:
    return f"{way}_{size}"
