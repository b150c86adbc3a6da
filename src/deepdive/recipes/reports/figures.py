"""Figures of predictions: the confusion matrix, the reliability diagram, residuals."""

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.algorithms.evaluation import Reliability
from deepdive.figures import BLUE, GREY, ORANGE, figure_style
from deepdive.names import label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

NUMBERED = 20
"""With more classes, the cells of a confusion matrix are too small for numbers and names."""
_POINTS = 1000
"""Points of a residual plot: more are a blot."""


def confusion_figure(confusion: Int64[Tensor, "classes classes"], labels: Sequence[str]) -> "Figure":
    """Rows are true classes and columns predicted ones; the darker, the larger the fraction of the row."""
    from matplotlib.figure import Figure

    n = len(labels)
    fractions = confusion.double() / confusion.sum(1, keepdim=True).clamp(min=1)
    with figure_style():
        side = min(8.0, 2.4 + 0.5 * n)
        figure = Figure(figsize=(side + 0.6, side), facecolor="white", layout="constrained")
        ax = figure.subplots()
        ax.pcolormesh(fractions.numpy(), cmap="Blues", vmin=0, vmax=1)
        ax.set(aspect="equal", xlim=(0, n), ylim=(n, 0))
        ax.grid(visible=False)
        names = [label(name, 24) for name in labels]
        small = "small" if n <= NUMBERED else "xx-small"
        middles = [i + 0.5 for i in range(n)]
        ax.set_xticks(middles, names, rotation=40, ha="right", rotation_mode="anchor", fontsize=small)
        ax.set_yticks(middles, names, fontsize=small)
        ax.set(xlabel="predicted", ylabel="true")
        if n <= NUMBERED:
            for i, row in enumerate(confusion.tolist()):
                for j, count in enumerate(row):
                    color = "white" if fractions[i, j] > 0.5 else "black"
                    ax.text(
                        middles[j], middles[i], f"{count:,}", ha="center", va="center", fontsize="small", color=color
                    )
    return figure


def reliability_figure(found: Reliability) -> "Figure":
    """Accuracy against confidence, bin by bin, above the number of predictions in each bin."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import MaxNLocator

    bins = len(found.counts)
    middles = [(i + 0.5) / bins for i in range(bins)]
    full = [i for i in range(bins) if found.counts[i]]
    with figure_style():
        figure = Figure(figsize=(4.4, 4.2), facecolor="white", layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, gridspec_kw={"height_ratios": (3, 1)})
        above.plot([0, 1], [0, 1], color=GREY, lw=1.0, ls="--", label="calibrated")
        heights = [float(found.accuracy[i]) for i in full]
        above.bar([middles[i] for i in full], heights, 0.9 / bins, color=BLUE, alpha=0.75, label="accuracy")
        means = [float(found.confidence[i]) for i in full]
        above.plot(means, heights, color=ORANGE, marker="D", ls="none", label="at the mean confidence")
        above.set(xlim=(0, 1), ylim=(0, 1.02), ylabel="accuracy")
        above.legend(loc="upper left", fontsize="small", borderaxespad=0.5)
        below.bar(middles, found.counts.tolist(), 0.9 / bins, color=GREY)
        below.set(xlabel="confidence: probability of the predicted class", ylabel="predictions")
        below.yaxis.set_major_locator(MaxNLocator(nbins=3, integer=True))
    return figure


def residual_figure(predicted: Float[Tensor, " n"], true: Float[Tensor, " n"], name: str) -> "Figure":
    """Residuals ``ŷ - y`` against the prediction, beside their histogram; what is not finite is left out."""
    from matplotlib.figure import Figure

    kept = (predicted - true).isfinite() & (predicted.abs() < 1e100)
    x, e = predicted[kept].double(), (predicted - true)[kept].double()
    few = torch.linspace(0, len(x) - 1, _POINTS).long() if len(x) > _POINTS else torch.arange(len(x))
    bins = max(5, min(40, round(2 * math.sqrt(max(1, len(e))))))
    with figure_style():
        figure = Figure(figsize=(7.2, 3.6), facecolor="white", layout="constrained")
        left, right = figure.subplots(1, 2, sharey=True, gridspec_kw={"width_ratios": (3, 1)})
        left.axhline(0, color=GREY, lw=1.0)
        left.scatter(x[few].numpy(), e[few].numpy(), s=7, color=BLUE, alpha=0.35, linewidths=0)
        left.set(xlabel=f"{label(name, 40)}, predicted", ylabel="residual: predicted minus true")
        if len(e):
            right.hist(e.numpy(), bins=bins, orientation="horizontal", color=BLUE, alpha=0.75)
        right.axhline(0, color=GREY, lw=1.0)
        right.set(xlabel="examples")
    return figure
