"""Figures of forecasts."""

from collections.abc import Mapping, Sequence
from itertools import cycle
from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor

from deepdive.figures import GREY, PALETTE, figure_style, log_scale
from deepdive.names import label
from deepdive.signatures import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure


@checked
def forecast_figure(
    truth: Float[Tensor, " n"],
    forecasts: Mapping[int, Float[Tensor, " _"]],
    *,
    first: int = 0,
    times: Sequence[str] | None = None,
    name: str = "value",
) -> "Figure":
    """The series in grey, and for each ``k`` a line of what was said of each moment ``k`` steps before.

    Args:
        truth: the values shown.
        forecasts: by ``k``; element ``i`` is the forecast for place ``first + i + k - 1`` of ``truth``.
        first: the place of the first one-step forecast.
        times: what stands below the places, if known.
        name: of the values.
    """
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.8), layout="constrained")
        ax = figure.subplots()
        ax.plot(range(len(truth)), truth.tolist(), color=GREY, lw=3, alpha=0.45, label="series")
        for color, (k, values) in zip(cycle(PALETTE), sorted(forecasts.items()), strict=False):
            begin = first + k - 1
            ax.plot(range(begin, begin + len(values)), values.tolist(), color=color, lw=1.2, label=f"k = {k}")
        if times is not None:
            places = [round(i * (len(truth) - 1) / 5) for i in range(6)]
            ax.set_xticks(places, [label(times[i], 30) for i in places])
        ax.set(xlabel="time", ylabel=label(name))
        figure.legend(loc="outside upper left", ncols=len(forecasts) + 1, fontsize="small")
    return figure


@checked
def error_figure(errors: Mapping[str, Float[Tensor, " horizon"]], *, marks: Sequence[int] = ()) -> "Figure":
    """Errors against the number of steps ahead, one line per method; ``marks`` are steps that a table names."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import ScalarFormatter

    with figure_style():
        figure = Figure(figsize=(7.2, 3.6), layout="constrained")
        ax = figure.subplots()
        for i, (name, values) in enumerate(errors.items()):
            ax.plot(range(1, len(values) + 1), values.tolist(), color=PALETTE[i % len(PALETTE)], label=label(name))
        log_scale(ax, "x")
        ax.set(xlabel="steps ahead, k", ylabel="root mean squared error")
        ax.set_xticks(list(marks) or [1])
        ax.xaxis.set_major_formatter(ScalarFormatter())
        ax.minorticks_off()
        ax.set_ylim(bottom=0)
        figure.legend(loc="outside upper left", ncols=len(errors), fontsize="small")
    return figure
