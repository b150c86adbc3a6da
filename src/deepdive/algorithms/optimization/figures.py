"""Paths of descent methods, drawn on the surface."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import torch
from torch import Tensor

from deepdive.algorithms.optimization.functions import Surface
from deepdive.checks import check_dimensions
from deepdive.figures import INK, PALETTE, figure_style
from deepdive.signatures import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@checked
def trajectory_figure(surface: Surface, paths: Mapping[str, Tensor], *, title: str = "") -> "Figure":
    """Contours of equal value, at distances that grow with the height, the minima, and paths ``(points, 2)`` by name.

    Raises:
        ValueError: a path is not of points in the plane.
    """
    from matplotlib.figure import Figure

    for name, path in paths.items():
        check_dimensions(f"paths[{name!r}]", path, "points", 2)
    xs, ys = (torch.linspace(*each, 160, dtype=torch.float64) for each in (surface.x, surface.y))
    grid = torch.stack(torch.meshgrid(xs, ys, indexing="xy"), -1)
    heights = surface.function(grid)
    heights = (heights - heights.min()).clamp(min=1e-6).log()
    with figure_style():
        figure = Figure(figsize=(6.4, 4.6), facecolor="white", layout="constrained")
        ax = figure.subplots()
        ax.contour(xs.tolist(), ys.tolist(), heights.tolist(), levels=14, colors=INK, alpha=0.25, linewidths=0.8)
        for i, (name, path) in enumerate(paths.items()):
            color, dash = PALETTE[i % len(PALETTE)], ("-", "--", ":")[i // len(PALETTE) % 3]
            ax.plot(path[:, 0].tolist(), path[:, 1].tolist(), ls=dash, marker=".", color=color, label=name)
        for x, y in surface.minima:
            ax.plot([x], [y], "*", color=INK, markersize=10)
        ax.set_xlim(*surface.x)
        ax.set_ylim(*surface.y)
        ax.set_title(title, loc="left", fontsize="medium", fontweight="bold")
        ax.legend(fontsize="small", loc="upper right")
    return figure
