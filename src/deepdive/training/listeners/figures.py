"""Learning curves as a matplotlib figure."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from deepdive.figures import BLUE, GREEN, GREY, ORANGE, figure_style, log_scale
from deepdive.names import label, printable
from deepdive.training.listeners._text import format_value, split_name
from deepdive.training.records import Record

if TYPE_CHECKING:  # matplotlib takes most of a second to import: only where something is drawn
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Line styles and markers say the same as colours once more.
_COLORS = {"train": BLUE, "val": ORANGE, "test": GREEN, "": GREY}
_MARKERS = {"train": "o", "val": "s", "test": "D", "": "o"}
_DASHES = {"train": "-", "val": "--", "test": ":", "": "-"}
_HUGE = 1e100
_SMALL = ("learning_rate",)  # settings rather than results


class _Line(NamedTuple):
    """The values of one metric in one kind of record."""

    kind: str
    split: str
    steps: list[int]
    values: list[float]


def curve_figure(
    records: Sequence[Record],
    *,
    steps_per_epoch: int | None = None,
    title: str = "",
    rates: Sequence[float] = (),
) -> "Figure":
    """One panel per family of metrics over the epochs: training, validation and test together.

    ``train_loss`` and ``val_loss`` share the panel *loss*. Means over an epoch are marked lines, the means in between
    a pale one, the final test one mark; the legend ends with the last value. An axis is logarithmic where positive
    values span more than two decades. Values that are not finite (or above 1e100, where axes give up) leave a gap and
    are counted in the panel's title. Without ``steps_per_epoch`` it is taken from the last epoch record; failing
    that, the axis counts steps. ``rates`` are the learning rates of all planned steps: where the records agree with
    them, but for a factor, they are drawn up to the last step, and else the records alone.
    """
    from matplotlib.figure import Figure
    from matplotlib.layout_engine import ConstrainedLayoutEngine
    from matplotlib.ticker import MaxNLocator

    panels = _panels(records)
    last_step = max((record.step for record in records), default=0)
    _fill_in(panels, rates, last_step)
    if steps_per_epoch is None:
        epochs = [record for record in records if record.kind == "epoch" and record.epoch > 0]
        steps_per_epoch = round(epochs[-1].step / epochs[-1].epoch) if epochs else None
    scale = 1 / steps_per_epoch if steps_per_epoch else 1.0
    heights = [0.42 if family in _SMALL else 1.0 for family in panels] or [1.0]
    with figure_style():
        figure = Figure(figsize=(7.2, 0.7 + 2.3 * sum(heights)), facecolor="white")
        grid = figure.subplots(len(heights), 1, sharex=True, squeeze=False, gridspec_kw={"height_ratios": heights})
        axes: list[Axes] = list(grid[:, 0])
        for ax, (family, lines) in zip(axes, panels.items(), strict=False):
            _draw_panel(ax, family, lines, scale)
        if not panels:
            axes[0].text(0.5, 0.5, "no records yet", transform=axes[0].transAxes, ha="center", va="center")
        last = last_step * scale
        axes[-1].set_xlim(0, last * 1.02 or 1)
        axes[-1].xaxis.set_major_locator(MaxNLocator(nbins=8, integer=last > 1.5))
        axes[-1].set_xlabel("epoch" if steps_per_epoch else "step")
        if title:
            figure.suptitle(printable(title), x=0.01, ha="left", fontsize="medium")
        ConstrainedLayoutEngine().execute(figure)  # once, and not at every saving
    return figure


def has_curves(records: Sequence[Record]) -> bool:
    """Whether any metric was measured twice, so that there is something to draw a line through."""
    seen: set[tuple[str, str]] = set()
    for record in records:
        names = {(record.kind, name) for name in record.metrics}
        if names & seen:
            return True
        seen |= names
    return False


def _panels(records: Sequence[Record]) -> dict[str, list[_Line]]:
    """Lines by family: loss first, then as they come, settings last; beside curves none that is a point alone."""
    lines: dict[tuple[str, str], _Line] = {}
    for record in records:
        for name, value in record.metrics.items():
            _, split = split_name(name)
            line = lines.setdefault((name, record.kind), _Line(record.kind, split, [], []))
            line.steps.append(record.step)
            line.values.append(value)
    panels: dict[str, list[_Line]] = {}
    for (name, _), line in lines.items():
        panels.setdefault(split_name(name)[0], []).append(line)
    curves = {family: panel for family, panel in panels.items() if any(len(line.steps) > 1 for line in panel)}
    panels = curves or panels  # of which the first records are points
    return dict(sorted(panels.items(), key=lambda panel: (panel[0] in _SMALL, panel[0] != "loss")))


def _fill_in(panels: dict[str, list[_Line]], rates: Sequence[float], last: int) -> None:
    """In place of the learning rates of some steps those of all of them, also behind the last record that has one."""
    for family in (name for name in _SMALL if name in panels and rates):
        told = {step: value for line in panels[family] for step, value in zip(line.steps, line.values, strict=True)}
        if last > len(rates) or min(told) < 1:
            continue
        first = next((step for step in told if rates[step - 1] > 0), 0)
        factor = told[first] / rates[first - 1] if first else 1.0  # of groups of parameters with rates of their own
        if all(math.isclose(told[step], factor * rates[step - 1], rel_tol=1e-4, abs_tol=1e-12) for step in told):
            values = [factor * rate for rate in rates[:last]]
            panels[family] = [_Line("train", "", list(range(1, last + 1)), values)]


def _drawable(value: float) -> bool:
    return abs(value) < _HUGE  # false for NaN


def _draw_panel(ax: "Axes", family: str, lines: list[_Line], scale: float) -> None:
    from matplotlib.ticker import MaxNLocator

    finite = [value for line in lines for value in line.values if _drawable(value)]
    lost = sum(len(line.values) for line in lines) - len(finite)
    title = label(family.replace("_", " "), 40) + (f"  ({lost} values not finite)" if lost else "")
    ax.set_title(title, loc="left", fontsize="medium", fontweight="bold")
    if finite and min(finite) > 1 / _HUGE and max(finite) / min(finite) > 100:
        log_scale(ax, "y")
    else:
        ax.yaxis.set_major_locator(MaxNLocator(nbins=3 if family in _SMALL else 6, steps=[1, 2, 2.5, 5, 10]))
    if family in _SMALL:
        lines = [max(lines, key=lambda line: len(line.steps))]  # the epochs' values lie on the finer line
    for split in ("train", "val", "", "test"):
        _draw_split(ax, [line for line in lines if line.split == split], split, scale)
    if ax.get_legend_handles_labels()[0]:  # beside the title, where it never hides a curve
        ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, fontsize="small")


def _draw_split(ax: "Axes", lines: list[_Line], split: str, scale: float) -> None:
    """The fine line of the training records is pale only where epoch means are drawn over it."""
    coarse = [line for line in lines if line.kind != "train"]
    for line in lines:
        last = line is (coarse or lines)[-1]  # the one whose value the legend tells
        values = [value if _drawable(value) else math.nan for value in line.values]
        pale = line.kind == "train" and bool(coarse)
        marked = line.kind != "train" or len(values) == 1
        ax.plot(
            [step * scale for step in line.steps],
            values,
            color=_COLORS[split],
            linestyle=_DASHES[split],
            marker=_MARKERS[split] if marked and not pale else "none",
            alpha=0.5 if pale else 1.0,
            linewidth=1.0 if pale else None,
            label=f"{split} {format_value(values[-1])}" if split and last else None,
            clip_on=False,
        )
