"""Plots of derivatives: a curve with its tangents, a surface with its gradients and a way down."""

import math
from collections.abc import Callable, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.calculus.differences import derivative, partial_derivative
from deepdive.figures import BLUE, GREY, ORANGE, PALETTE, figure_style
from deepdive.signatures import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Interval = tuple[int | float, int | float]


@checked
def tangent_plot(
    function: Callable[[Tensor], Tensor], points: Sequence[int | float], *, interval: Interval = (-3, 3)
) -> "Figure":
    """``y = f(x)`` over an interval, and ``y = f(a) + f'(a) (x - a)`` at each of the points (D2L section 2.4.2).

    Raises:
        ValueError: the interval is empty.
    """
    from matplotlib.figure import Figure

    x = _grid(interval, 400)
    y = function(x)
    with figure_style():
        figure = Figure(figsize=(6.4, 4.0), facecolor="white", layout="constrained")
        ax = figure.subplots()
        ax.plot(x.tolist(), y.tolist(), color=BLUE, label="f(x)")
        for color, a in zip(cycle(PALETTE[1:]), points, strict=False):
            at = torch.tensor(float(a), dtype=torch.float64)
            height, slope = function(at), derivative(function, at)
            line = height + slope * (x - at)
            ax.plot(x.tolist(), line.tolist(), "--", color=color, label=f"tangent at {a:g}, slope {float(slope):.3g}")
            ax.plot([float(a)], [float(height)], "o", color=color)
        low, high = float(y.min()), float(y.max())
        margin = 0.15 * (high - low) or 1.0
        ax.set_ylim(low - margin, high + margin)
        ax.set_xlabel("x")
        ax.legend(fontsize="small")
    return figure


@checked
def contour_plot(
    function: Callable[[Float[Tensor, "*batch 2"]], Float[Tensor, "*batch"]],
    *,
    x: Interval = (-3, 3),
    y: Interval = (-3, 3),
    path: Float[Tensor, "steps 2"] | None = None,
    arrows: int = 12,
) -> "Figure":
    """Lines of equal height of a function of two variables, the direction of ``-∇f``, and a path across it.

    Args:
        function: takes points in its last dimension.
        x: interval of the first variable.
        y: interval of the second.
        path: points in turn, e.g. those of gradient descent.
        arrows: how many arrows per side; 0 draws none.

    Raises:
        ValueError: an interval is empty.
    """
    from matplotlib.figure import Figure

    across, up = _grid(x, 121), _grid(y, 121)
    heights = function(torch.stack(torch.meshgrid(across, up, indexing="xy"), dim=-1))
    with figure_style():
        figure = Figure(figsize=(6.0, 5.0), facecolor="white", layout="constrained")
        ax = figure.subplots()
        ax.grid(False)
        drawn = ax.contour(across.numpy(), up.numpy(), heights.numpy(), levels=16, cmap="viridis", linewidths=1.2)
        figure.colorbar(drawn, ax=ax, label="f(x, y)")
        if arrows:
            points = torch.stack(torch.meshgrid(_grid(x, arrows), _grid(y, arrows), indexing="xy"), dim=-1)
            down = -torch.stack([partial_derivative(function, points, i) for i in (0, 1)], dim=-1)
            down = down / down.norm(dim=-1, keepdim=True).clamp(min=1e-12)
            ax.quiver(*points.unbind(-1), *down.unbind(-1), color=GREY, alpha=0.8, width=0.003, scale=2.2 * arrows)
        if path is not None:
            ax.plot(*path.detach().cpu().unbind(1), "-o", color=ORANGE, markersize=3.5)
        ax.set_xlim(float(x[0]), float(x[1]))
        ax.set_ylim(float(y[0]), float(y[1]))
        ax.set_xlabel("x")
        ax.set_ylabel("y")
    return figure


def _grid(interval: Interval, count: int) -> Tensor:
    low, high = interval
    if not -math.inf < low < high < math.inf:
        raise ValueError(f"the interval must go up from one finite number to another, got {interval}")
    return torch.linspace(float(low), float(high), count, dtype=torch.float64)
