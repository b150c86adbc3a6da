"""Costs against sizes, on logarithmic axes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from deepdive.figures import INK, PALETTE, figure_style, log_scale
from deepdive.recipes.series.costs.layers import KINDS
from deepdive.recipes.series.costs.sweep import Sweep

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_PANELS = {"operations": "operations, forward", "seconds": "seconds, forward and backward", "saved": "bytes saved"}


def cost_figure(sweeps: Sequence[Sweep]) -> "Figure":
    """A row of panels for each sweep, by what grows in it: operations, time, memory; a line for each kind of layer.

    Dashed are the operations that theory gives for the same sizes: as they are in the first panel, and in that of
    the time so that they meet it at the largest size.
    """
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(9.6, 3.3 * len(sweeps)), layout="constrained", facecolor="white")
        grid = figure.subplots(len(sweeps), len(_PANELS), squeeze=False)
        for axes, sweep in zip(grid, sweeps, strict=True):
            for ax, (quantity, title) in zip(axes, _PANELS.items(), strict=True):
                for color, (kind, found) in zip(PALETTE, sweep.costs.items(), strict=False):
                    values = [getattr(cost, quantity) for cost in found]
                    ls = "none" if quantity != "saved" else "-"
                    ax.plot(sweep.sizes, values, "o", color=color, label=KINDS[kind].name, ls=ls)
                    if quantity != "saved":
                        expected = sweep.theory[kind]
                        factor = 1.0 if quantity == "operations" else values[-1] / expected[-1]
                        ax.plot(sweep.sizes, [factor * value for value in expected], "--", color=color, lw=1.2)
                log_scale(ax, "x", base=2)
                log_scale(ax, "y")
                ax.set_xlabel(sweep.label)
                ax.set_title(title, loc="left", fontsize="medium")
        grid[0, 0].plot([], [], "--", color=INK, lw=1.2, label="theory")
        grid[0, 0].legend(fontsize="x-small", loc="upper left")
    return figure
