"""Measure one layer of each kind over lengths and over widths, and compare with theory."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

import torch

from deepdive.figures import to_svg
from deepdive.files import write_atomically
from deepdive.recipes.experiments.inputs import measured
from deepdive.recipes.experiments.making import make_toolkit
from deepdive.recipes.predictions import TablePrediction
from deepdive.recipes.series.costs.figures import cost_figure
from deepdive.recipes.series.costs.layers import KINDS, Cost, growth, measure
from deepdive.recipes.series.costs.sequence_costs import SequenceCostsSettings
from deepdive.training import Plan, Record, Run, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Section, figure, join, table, text

_BY_LENGTH, _BY_WIDTH = "steps, n", "width, d"
_QUANTITIES = {"operations": "operations", "seconds": "time", "saved": "memory"}


class SequenceCostsExperiment:
    """Operations, time and memory of a convolution, a GRU and self-attention, and how they grow.

    ``<kind>_<quantity>_by_length`` and ``..._by_width`` are exponents ``a``: twice the size costs ``2^a`` times as
    much. ``test_growth_gap`` is that of self-attention's operations by length less that of the GRU's: 1, where the
    sequence is long enough. ``test_formula_error`` is the largest relative difference of the counted operations from
    those of theory. Operations and memory are counted, so that only the time depends on the machine.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: SequenceCostsSettings) -> None:
        self.settings = settings
        self._device = choose_device(settings.device)

    def prepare(self) -> None:
        """There is nothing to obtain."""

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Measure; what is interrupted begins again."""
        kept = measured(run, "costs", lambda: self._measure(listeners), resume=resume)
        self.sweeps = self._swept({kind: [Cost(**cost) for cost in costs] for kind, costs in kept.items()})
        return self._metrics()

    def _measure(self, listeners: Sequence[Listener]) -> dict[str, list[dict[str, float]]]:
        settings = self.settings
        points = [(n, settings.fixed_width) for n in settings.lengths]
        points += [(settings.fixed_length, d) for d in settings.widths]
        costs: dict[str, list[Cost]] = {kind: [] for kind in KINDS}
        for listener in listeners:
            listener.start(Plan(total_steps=len(points), steps_per_epoch=len(points)))
        try:
            for step, (n, d) in enumerate(points, start=1):
                for kind in KINDS:
                    costs[kind].append(self._cost(kind, n, d))
                said = {f"{kind}_seconds": found[-1].seconds for kind, found in costs.items()}
                for listener in listeners:
                    listener.record(Record("train", step, 1, said))
            self.sweeps = self._swept(costs)
            for listener in listeners:
                listener.record(Record("test", len(points), 1, self._metrics()))
        finally:
            for listener in listeners:
                listener.finish()
        return {kind: [asdict(cost) for cost in found] for kind, found in costs.items()}

    def _swept(self, costs: Mapping[str, Sequence[Cost]]) -> dict[str, tuple[Sequence[int], dict[str, list[Cost]]]]:
        at = len(self.settings.lengths)
        return {
            _BY_LENGTH: (self.settings.lengths, {kind: list(found[:at]) for kind, found in costs.items()}),
            _BY_WIDTH: (self.settings.widths, {kind: list(found[at:]) for kind, found in costs.items()}),
        }

    def sections(self, run: Run) -> list[Section]:
        """What theory says, the measured lines, how they grow, and all numbers."""
        svg = to_svg(cost_figure(self.sweeps, self._theory()))
        write_atomically(run.folder / "costs.svg", svg)
        settings = self.settings
        said = [
            {
                "layer": kind.name,
                "operations": kind.complexity,
                "steps that wait for each other": kind.sequential,
                "longest path between two places": kind.path,
            }
            for kind in KINDS.values()
        ]
        caption = (
            f"{settings.batch_size} sequences; left to right operations, time, memory. By length at width "
            f"{settings.fixed_width}, by width at length {settings.fixed_length}, windows of {settings.kernel} steps."
        )
        return [
            Section("Costs", join([table(said), figure(svg.decode(), caption=caption), text(*_SAID)])),
            Section("Growth", join([table(self._growth_rows()), text(_EXPONENTS)])),
            Section("Measured", join([table(self._rows(what)) for what in self.sweeps])),
        ]

    def predict(self, run: Run, files: Sequence[Path]) -> list[TablePrediction]:
        """Refuse: nothing is learnt.

        Raises:
            ValueError: always.
        """
        raise ValueError("the recipe sequence-costs measures layers and learns nothing; there is nothing to predict")

    def _cost(self, kind: str, n: int, d: int) -> Cost:
        settings = self.settings
        seed_everything(settings.seed)
        layer = KINDS[kind].make(d, settings.kernel, make_toolkit(settings.toolkit)).to(self._device)
        x = torch.randn(settings.batch_size, n, d, device=self._device)
        return measure(layer, x, repeats=settings.repeats)

    def _theory(self) -> dict[str, dict[str, list[float]]]:
        """Operations of every sweep and kind: two for each multiplication."""
        settings = self.settings

        def operations(kind: str, n: int, d: int) -> float:
            return 2.0 * settings.batch_size * KINDS[kind].products(n, d, settings.kernel)

        return {
            _BY_LENGTH: {kind: [operations(kind, n, settings.fixed_width) for n in settings.lengths] for kind in KINDS},
            _BY_WIDTH: {kind: [operations(kind, settings.fixed_length, d) for d in settings.widths] for kind in KINDS},
        }

    def _metrics(self) -> dict[str, float]:
        metrics: dict[str, float] = {}
        for what, end in ((_BY_LENGTH, "by_length"), (_BY_WIDTH, "by_width")):
            sizes, costs = self.sweeps[what]
            for kind, found in costs.items():
                for quantity, name in _QUANTITIES.items():
                    exponent = growth(list(sizes), [getattr(cost, quantity) for cost in found])
                    metrics[f"{kind}_{name}_{end}"] = exponent
        theory = self._theory()
        metrics["test_formula_error"] = max(
            abs(cost.operations / expected - 1)
            for what, (_, costs) in self.sweeps.items()
            for kind, found in costs.items()
            for cost, expected in zip(found, theory[what][kind], strict=True)
        )
        attention, recurrence = (metrics[f"{kind}_operations_by_length"] for kind in ("attention", "recurrence"))
        return metrics | {"test_growth_gap": attention - recurrence}

    def _growth_rows(self) -> list[dict[str, object]]:
        rows: list[dict[str, object]] = []
        for kind in KINDS:
            row: dict[str, object] = {"layer": KINDS[kind].name}
            for what, (sizes, costs) in self.sweeps.items():
                for quantity, name in _QUANTITIES.items():
                    values = [getattr(cost, quantity) for cost in costs[kind]]
                    row[f"{name} by {what.partition(',')[0]}"] = growth(list(sizes), values)
            rows.append(row)
        return rows

    def _rows(self, what: str) -> list[dict[str, object]]:
        sizes, costs = self.sweeps[what]
        return [
            {
                what: size,
                "layer": KINDS[kind].name,
                "million operations": found[i].operations / 1e6,
                "milliseconds": found[i].seconds * 1e3,
                "kibibytes saved": found[i].saved / 1024,
            }
            for i, size in enumerate(sizes)
            for kind, found in costs.items()
        ]


_SAID = (
    "Operations are counted at the products that run, and dashed lines are the formulas of the table, with their "
    "constants. Time counts the forward and the backward pass, memory what the first keeps for the second.",
    "A recurrence costs as little as a convolution, but its steps wait for each other, so that its time is far above "
    "its operations where width is small. Self-attention reaches every place in one step, and pays with the square of "
    "the length. Its weights need not be stored: a fused kernel computes them piece by piece, once for the forward and "
    "once for the backward pass, for as many operations forward, and its memory grows in proportion to the length.",
)
_EXPONENTS = (
    "Exponents a of cost ≈ c size^a over the larger half of the sizes: 1 is in proportion, 2 the square. Lower-order "
    "terms, and what every call costs whatever the size, pull them below those of theory."
)
