"""Figures of tables: the curves of folds over each other, and predictions against the truth."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deepdive.figures import BLUE, GREY, ORANGE, figure_style, log_scale
from deepdive.names import label
from deepdive.training.records import Record

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_COLORS = {"train": BLUE, "val": ORANGE, "test": ORANGE}


def fold_curves(folds: Sequence[Sequence[Record]]) -> "Figure":
    """Loss and metrics of every epoch, one pale line per fold: ``folds`` holds the records of each.

    The epochs of each fold are counted from 1.
    """
    from matplotlib.figure import Figure

    epochs = [[record for record in records if record.kind == "epoch"] for records in folds]
    names = list(dict.fromkeys(name for records in epochs for record in records for name in record.metrics))
    families: dict[str, list[str]] = {}
    for name in names:
        split, _, family = name.partition("_")
        if split in _COLORS:
            families.setdefault(family, []).append(name)
    with figure_style():
        figure = Figure(figsize=(7.2, 0.7 + 2.3 * len(families)), facecolor="white", layout="constrained")
        axes = figure.subplots(len(families), 1, sharex=True, squeeze=False)[:, 0]
        for ax, (family, members) in zip(axes, families.items(), strict=True):
            for name in members:
                split = name.partition("_")[0]
                for i, records in enumerate(epochs):
                    values = [record.metrics[name] for record in records]
                    once = split if i == 0 else None
                    ax.plot(range(1, len(values) + 1), values, color=_COLORS[split], alpha=0.6, lw=1.2, label=once)
            _scale(ax, [record.metrics[name] for records in epochs for record in records for name in members])
            ax.set_title(label(family.replace("_", " ")), loc="left", fontsize="medium", fontweight="bold")
            ax.legend(loc="lower right", bbox_to_anchor=(1.0, 1.0), ncols=3, fontsize="small")
        axes[-1].set_xlabel(f"epoch, {len(folds)} folds")
    return figure


def predicted_against_true(true: Sequence[float], predicted: Sequence[float], *, name: str, log: bool) -> "Figure":
    """A point for each test row; on the diagonal the prediction is right."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

    both = [*true, *predicted] or [0.0, 1.0]  # of a network that predicts no number there is no point to draw
    low, high = min(both), max(both)
    with figure_style():
        figure = Figure(figsize=(5.4, 5.0), facecolor="white", layout="constrained")
        ax = figure.subplots()
        ax.plot([low, high], [low, high], color=GREY, lw=1.0, zorder=1)
        ax.scatter(true, predicted, s=7, color=BLUE, alpha=0.35, linewidths=0)
        if log and low > 0:
            log_scale(ax, "x", "y")
            for axis in (ax.xaxis, ax.yaxis):
                axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
                axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.6g}"))
                axis.set_minor_formatter(NullFormatter())
            ax.tick_params(axis="x", rotation=30)
        ax.set_xlabel(f"{label(name)}, true")
        ax.set_ylabel(f"{label(name)}, predicted")
        ax.set_aspect("equal")
    return figure


def _scale(ax: "Axes", values: Sequence[float]) -> None:
    """Logarithmic where positive values span more than two decades, as in the curves of any run."""
    if values and min(values) > 0 and max(values) / min(values) > 100:
        log_scale(ax, "y")
