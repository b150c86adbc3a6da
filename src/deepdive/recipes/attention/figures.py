"""What kernels make of values: curves, weights, and errors by the width."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from deepdive.algorithms.attention import WidthPath, attention_pool, heat_maps
from deepdive.figures import GREY, ORANGE, PALETTE, figure_style, log_scale
from deepdive.names import label
from deepdive.recipes.attention.values import Values, estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KEYS = 60
"""Known values that a picture shows, from the middle."""
_POINTS = 300
"""Of a curve."""


@dataclass(frozen=True, eq=False)
class WidthFit:
    """The width of a kernel, and how it was found."""

    width: float
    error: float
    """Mean squared error, one left out."""
    tried: Tensor | None = None
    """Widths; ``None`` where one was given."""
    errors: Tensor | None = None
    """Mean squared errors of these."""
    path: WidthPath | None = None
    """The descent from the best of them, where the error has a slope."""


def fits_figure(values: Values, widths: Mapping[str, float]) -> "Figure":
    """One panel per kernel: some of the known values, of those held out, and the curve of estimates."""
    from matplotlib.figure import Figure

    shown = _middle(values)
    low, high = float(values.x[shown][0]), float(values.x[shown][-1])
    held = (values.asked >= low) & (values.asked <= high)
    grid = torch.linspace(low, high, _POINTS, dtype=torch.double)
    with figure_style():
        figure = Figure(figsize=(7.6, 5.6), layout="constrained")
        axes = figure.subplots(-(-len(widths) // 2), 2, sharex=True, sharey=True, squeeze=False).flatten()
        for ax, (kernel, width) in zip(axes, widths.items(), strict=False):
            ax.plot(values.asked[held].tolist(), values.truth[held].tolist(), ".", color=GREY, alpha=0.5, ms=4)
            ax.plot(values.x[shown].tolist(), values.y[shown].tolist(), "o", color=PALETTE[0], ms=4)
            ax.plot(grid.tolist(), estimate(grid, values.x, values.y, kernel, width).tolist(), color=ORANGE)
            ax.set_title(_title(kernel, width), loc="left", fontsize="medium")
        handles = list(axes[0].lines)
        figure.legend(handles, ["held out", "known", "estimate"], loc="outside upper left", ncols=3, fontsize="small")
        figure.supylabel(label(values.name), fontsize="medium")
    return figure


def weights_figure(values: Values, widths: Mapping[str, float]) -> "Figure":
    """One heat map per kernel: how much each of some known values counts at places between them."""
    shown = _middle(values)
    x = values.x[shown]
    grid = torch.linspace(float(x[0]), float(x[-1]), len(x), dtype=torch.double)
    panels = {
        _title(kernel, width): attention_pool(grid, values.x, values.y, kernel, width)[1][:, shown]
        for kernel, width in widths.items()
    }
    return heat_maps(panels, grid, x)


def widths_figure(fits: Mapping[str, WidthFit]) -> "Figure":
    """Root mean squared errors, one left out, against the width; a cross where it was taken."""
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.8), layout="constrained")
        ax = figure.subplots()
        for color, (kernel, fit) in zip(PALETTE, fits.items(), strict=False):
            if fit.tried is not None and fit.errors is not None:
                ax.plot(fit.tried.tolist(), fit.errors.sqrt().tolist(), color=color, alpha=0.6, label=kernel)
            if fit.path is not None:
                ax.plot(fit.path.widths.tolist(), fit.path.errors.sqrt().tolist(), color=color, lw=3)
            ax.plot([fit.width], [fit.error**0.5], "x", color=color, ms=8)
        log_scale(ax, "x")
        ax.set(xlabel="width", ylabel="error, one left out")
        ax.legend(fontsize="small")
    return figure


def _middle(values: Values) -> slice:
    first = max(0, (len(values.x) - _KEYS) // 2)
    return slice(first, first + _KEYS)


def _title(kernel: str, width: float) -> str:
    return kernel if kernel == "constant" else f"{kernel}, width {width:.3g}"
