"""Loss against time, and time against batch size."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deepdive.figures import GREY, PALETTE, figure_style, log_scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Curve = Sequence[tuple[float, float]]
"""Seconds and losses."""


def losses_by_time(curves: Mapping[str, Curve], lowest: float) -> "Figure":
    """A line for each batch size, on a logarithmic axis of time; grey the lowest loss there is."""
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.8), layout="constrained", facecolor="white")
        ax = figure.subplots()
        for i, (name, curve) in enumerate(curves.items()):
            style = "-" if i < len(PALETTE) else "--"
            seconds, losses = zip(*curve, strict=True)
            ax.plot(seconds, losses, style, color=PALETTE[i % len(PALETTE)], label=name)
        ax.axhline(lowest, color=GREY, lw=1.0, label="least squares")
        log_scale(ax, "x")
        ax.set_ylim(lowest - 0.003, lowest + 0.06)
        ax.set_xlabel("seconds")
        ax.set_ylabel("loss")
        ax.legend(fontsize="small", ncols=2)
    return figure


def times_by_batch_size(seconds: Mapping[str, Mapping[int, float]]) -> "Figure":
    """Seconds of one pass, a line for each form."""
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.4), layout="constrained", facecolor="white")
        ax = figure.subplots()
        for color, (name, by_size) in zip(PALETTE, seconds.items(), strict=False):
            ax.plot(list(by_size), list(by_size.values()), "-o", color=color, label=name)
        log_scale(ax, "x")
        log_scale(ax, "y")
        ax.set_xlabel("batch size")
        ax.set_ylabel("seconds of one pass")
        ax.legend(fontsize="small")
    return figure
