"""What fine-tuning looks like: training runs side by side, and the confusion matrix."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jaxtyping import Int64
from torch import Tensor

from deepdive.figures import BLUE, GREY, ORANGE, figure_style
from deepdive.names import label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLORS = (BLUE, ORANGE)
_NUMBERED = 20
"""With more classes, the cells of a confusion matrix are too small for numbers."""


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


def confusion_figure(confusion: Int64[Tensor, "classes classes"], labels: Sequence[str]) -> "Figure":
    """Rows are true classes and columns predicted ones; the darker, the larger the fraction of the row."""
    from matplotlib.figure import Figure

    n = len(labels)
    fractions = confusion.double() / confusion.sum(1, keepdim=True).clamp(min=1)
    with figure_style():
        side = min(9.0, 2.6 + 0.45 * n)
        figure = Figure(figsize=(side + 0.6, side), facecolor="white", layout="constrained")
        ax = figure.subplots()
        ax.imshow(fractions.numpy(), cmap="Blues", vmin=0, vmax=1)
        ax.grid(visible=False)
        small = "small" if n <= _NUMBERED else "xx-small"
        names = [label(name, 24) for name in labels]
        ax.set_xticks(range(n), names, rotation=40, ha="right", rotation_mode="anchor", fontsize=small)
        ax.set_yticks(range(n), names, fontsize=small)
        ax.set(xlabel="predicted", ylabel="true")
        if n <= _NUMBERED:
            for i, row in enumerate(confusion.tolist()):
                for j, count in enumerate(row):
                    color = "white" if fractions[i, j] > 0.5 else "black"
                    ax.text(j, i, f"{count:,}", ha="center", va="center", fontsize="small", color=color)
    return figure
