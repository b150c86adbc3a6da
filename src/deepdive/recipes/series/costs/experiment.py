"""Measure one layer of each kind over lengths and over widths, and compare with theory."""

from collections.abc import Iterator
from dataclasses import asdict
from typing import Any

import torch

from deepdive.data.progress import Report
from deepdive.recipes.experiments import RecordsExperiment, make_toolkit
from deepdive.recipes.experiments.drawing import svg_figure
from deepdive.recipes.series.costs.figures import cost_figure
from deepdive.recipes.series.costs.layers import KINDS, Cost, measure
from deepdive.recipes.series.costs.sequence_costs import SequenceCostsSettings
from deepdive.recipes.series.costs.sweep import Sweep
from deepdive.training import Plan, Record, Run, choose_device, seed_everything
from deepdive.training.report import Section, join, table, text


class SequenceCostsExperiment(RecordsExperiment[SequenceCostsSettings]):
    """Operations, time and memory of a convolution, a GRU and self-attention, and how they grow.

    ``<kind>_<quantity>_by_length`` and ``..._by_width`` are exponents ``a``: twice the size costs ``2^a`` times as
    much. ``test_growth_gap`` is that of self-attention's operations by length less that of the GRU's: 1, where the
    sequence is long enough. ``test_formula_error`` is the largest relative difference of the counted operations from
    those of theory. Operations and memory are counted, so that only the time depends on the machine.
    """

    draws_curves = False
    no_predictions = "measures layers and learns nothing"

    def load(self, report: Report) -> None:
        """There is nothing to obtain: the sizes ``(n, d)`` are those of the settings."""
        settings = self.settings
        self.points = [(n, settings.fixed_width) for n in settings.lengths]
        self.points += [(settings.fixed_length, d) for d in settings.widths]
        self.costs: dict[str, list[Cost]] = {kind: [] for kind in KINDS}

    def plan(self) -> Plan:
        """A step for each size."""
        return Plan(total_steps=len(self.points), steps_per_epoch=1)

    def records(self, run: Run) -> Iterator[Record]:
        """The times at each size, then how all costs grow."""
        done = len(self.costs["attention"])
        for step, (n, d) in enumerate(self.points[done:], start=done + 1):
            for kind, found in self.costs.items():
                found.append(self._cost(kind, n, d))
            seconds = {f"{kind}_seconds": found[-1].seconds for kind, found in self.costs.items()}
            yield Record("epoch", step, step, seconds)
        yield Record("test", len(self.points), len(self.points), self.metrics(run))

    def state(self) -> dict[str, Any]:
        """What is measured so far."""
        return {kind: [asdict(cost) for cost in found] for kind, found in self.costs.items()}

    def load_state(self, state: dict[str, Any]) -> None:
        """Go on with what was measured."""
        self.costs = {kind: [Cost(**cost) for cost in state[kind]] for kind in KINDS}

    def metrics(self, run: Run) -> dict[str, float]:
        """Exponents of all costs, and how they compare with theory."""
        found = {name: value for sweep in self.sweeps() for name, value in sweep.exponents().items()}
        return found | {
            "test_formula_error": max(sweep.formula_error() for sweep in self.sweeps()),
            "test_growth_gap": found["attention_operations_by_length"] - found["recurrence_operations_by_length"],
        }

    def sweeps(self) -> tuple[Sweep, Sweep]:
        """What was measured, by length and by width."""
        at = len(self.settings.lengths)
        parts = (("length", "steps, n", slice(at)), ("width", "width, d", slice(at, None)))
        sizes = (self.settings.lengths, self.settings.widths)
        length, width = (
            Sweep(
                name,
                label,
                size,
                {kind: found[part] for kind, found in self.costs.items()},
                {kind: [self._theory(kind, n, d) for n, d in self.points[part]] for kind in KINDS},
            )
            for (name, label, part), size in zip(parts, sizes, strict=True)
        )
        return length, width

    def sections(self, run: Run) -> list[Section]:
        """What theory says, the measured lines, how they grow, and all numbers."""
        settings, sweeps = self.settings, self.sweeps()
        theory = [
            {
                "layer": kind.name,
                "operations": kind.complexity,
                "steps that wait for each other": kind.sequential,
                "longest path between two positions": kind.path,
            }
            for kind in KINDS.values()
        ]
        length, width = sweeps
        growth = [
            {"layer": kind.name, **length.growth_of(name), **width.growth_of(name)} for name, kind in KINDS.items()
        ]
        caption = (
            f"{settings.batch_size} sequences; left to right operations, time, memory. By length at width "
            f"{settings.fixed_width}, by width at length {settings.fixed_length}, windows of {settings.kernel} steps."
        )
        drawn = svg_figure(cost_figure(sweeps), caption, run.folder / "costs.svg")
        return [
            Section("Costs", join([table(theory), drawn, text(*_EXPLAINED)])),
            Section("Growth", join([table(growth), text(_EXPONENTS)])),
            Section("Measured", join([table(sweep.rows()) for sweep in sweeps])),
        ]

    def _cost(self, kind: str, n: int, d: int) -> Cost:
        settings, device = self.settings, choose_device(self.settings.device)
        seed_everything(settings.seed)
        layer = KINDS[kind].make(d, settings.kernel, make_toolkit(settings.toolkit)).to(device)
        return measure(layer, torch.randn(settings.batch_size, n, d, device=device), repeats=settings.repeats)

    def _theory(self, kind: str, n: int, d: int) -> float:
        """Operations: two for each multiplication."""
        return 2.0 * self.settings.batch_size * KINDS[kind].products(n, d, self.settings.kernel)


_EXPLAINED = (
    "Operations are counted at the products that run, and dashed lines are the formulas of the table, with their "
    "constants. Time counts the forward and the backward pass, memory what the first keeps for the second.",
    "A recurrence costs as little as a convolution, but its steps wait for each other, so that its time is far above "
    "its operations where width is small. Self-attention reaches every position in one step, and pays with the square "
    "of the length. Its weights need not be stored: a fused kernel computes them piece by piece, once for the forward "
    "and once for the backward pass, for as many operations forward, and its memory grows in proportion to the length.",
)
_EXPONENTS = (
    "Exponents a of cost ≈ c size^a over the larger half of the sizes: 1 is in proportion, 2 the square. Lower-order "
    "terms, and what every call costs whatever the size, pull them below those of theory."
)
