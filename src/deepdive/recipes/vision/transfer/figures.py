"""What fine-tuning looks like: training runs side by side."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deepdive.figures import BLUE, GREY, ORANGE, figure_style

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLORS = (BLUE, ORANGE)


def training_curves(curves: Mapping[str, Sequence[float]], fixed: Mapping[str, float], name: str) -> "Figure":
    """One line per training run: a metric after every epoch, counted from 1; what has no epochs is a level line."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    with figure_style():
        figure = Figure(figsize=(7.2, 3.0), layout="constrained")
        ax = figure.subplots()
        for (training, values), color in zip(curves.items(), _COLORS, strict=False):
            ax.plot(range(1, len(values) + 1), values, color=color, marker="o", label=training)
        for (training, value), style in zip(fixed.items(), ("--", ":"), strict=False):
            ax.axhline(value, color=GREY, ls=style, label=training)
        ax.set_xlabel("epoch")
        ax.set_ylabel(name)
        ax.xaxis.set_major_locator(MaxNLocator(integer=True))
        ax.legend(loc="lower right", fontsize="small")
    return figure
