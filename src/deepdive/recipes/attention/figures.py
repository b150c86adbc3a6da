"""What kernels make of values: curves, weights, and errors by the bandwidth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import torch

from deepdive.algorithms.attention import attention_pool, heat_maps
from deepdive.figures import GREY, ORANGE, PALETTE, figure_style, log_scale
from deepdive.names import label
from deepdive.recipes.attention.values import Values, estimate

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_KEYS = 60
"""Known values that a figure shows, from the middle."""
_POINTS = 300
"""Of a curve."""


@dataclass(frozen=True)
class Fit:
    """The bandwidth of a kernel, and how it was found: plain numbers, as they are kept in a run."""

    bandwidth: float
    error: float
    """Mean squared error, one left out, as all of them here."""
    tried: Sequence[float] = ()
    """Bandwidths; none where one was given."""
    errors: Sequence[float] = ()
    """Of these."""
    path: Sequence[float] = ()
    """Bandwidths of the descent from the best of them, where the error has a slope."""
    path_errors: Sequence[float] = ()
    """Of these."""


def fits_figure(values: Values, bandwidths: Mapping[str, float]) -> "Figure":
    """One panel per kernel: some of the known values, of those of the test set, and the curve of estimates."""
    from matplotlib.figure import Figure

    shown = _middle(values)
    low, high = float(values.x[shown][0]), float(values.x[shown][-1])
    tested = (values.asked >= low) & (values.asked <= high)
    grid = torch.linspace(low, high, _POINTS, dtype=torch.double)
    with figure_style():
        figure = Figure(figsize=(7.6, 5.6), layout="constrained")
        axes = figure.subplots(-(-len(bandwidths) // 2), 2, sharex=True, sharey=True, squeeze=False).flatten()
        for ax, (kernel, bandwidth) in zip(axes, bandwidths.items(), strict=False):
            curve = estimate(grid, values.x, values.y, kernel, bandwidth)
            ax.plot(values.asked[tested].tolist(), values.truth[tested].tolist(), ".", color=GREY, alpha=0.5, ms=4)
            ax.plot(values.x[shown].tolist(), values.y[shown].tolist(), "o", color=PALETTE[0], ms=4)
            ax.plot(grid.tolist(), curve.tolist(), color=ORANGE)
            ax.set_title(_title(kernel, bandwidth), loc="left", fontsize="medium")
        handles = list(axes[0].lines)
        figure.legend(handles, ["test set", "known", "estimate"], loc="outside upper left", ncols=3, fontsize="small")
        figure.supylabel(label(values.name), fontsize="medium")
    return figure


def weights_figure(values: Values, bandwidths: Mapping[str, float]) -> "Figure":
    """One heat map per kernel: how much each of some known values counts at positions between them."""
    shown = _middle(values)
    x = values.x[shown]
    grid = torch.linspace(float(x[0]), float(x[-1]), len(x), dtype=torch.double)
    panels = {
        _title(kernel, bandwidth): attention_pool(grid, values.x, values.y, kernel, bandwidth)[1][:, shown]
        for kernel, bandwidth in bandwidths.items()
    }
    return heat_maps(panels, grid, x)


def bandwidths_figure(fits: Mapping[str, Fit]) -> "Figure":
    """Root mean squared errors, one left out, against the bandwidth; a cross where it was taken."""
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.8), layout="constrained")
        ax = figure.subplots()
        for color, (kernel, fit) in zip(PALETTE, fits.items(), strict=False):
            ax.plot(fit.tried, [error**0.5 for error in fit.errors], color=color, alpha=0.6, label=kernel)
            ax.plot(fit.path, [error**0.5 for error in fit.path_errors], color=color, lw=3)
            ax.plot([fit.bandwidth], [fit.error**0.5], "x", color=color, ms=8)
        log_scale(ax, "x")
        ax.set(xlabel="bandwidth", ylabel="error, one left out")
        ax.legend(fontsize="small")
    return figure


def _middle(values: Values) -> slice:
    first = max(0, (len(values.x) - _KEYS) // 2)
    return slice(first, first + _KEYS)


def _title(kernel: str, bandwidth: float) -> str:
    return kernel if kernel == "constant" else f"{kernel}, bandwidth {bandwidth:.3g}"
