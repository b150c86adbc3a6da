"""Figures of design spaces: error distributions, and errors against parameters."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from deepdive.algorithms.design_spaces import BestValue, ErrorDistribution
from deepdive.figures import GREY, PALETTE, figure_style, log_scale

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_STYLES = ("-", "--", ":")


def distribution_figure(distributions: Mapping[str, ErrorDistribution]) -> "Figure":
    """The distribution function of every space, as stairs."""
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.8), facecolor="white", layout="constrained")
        ax = figure.subplots()
        worst = max(float(F.errors[-1]) for F in distributions.values())
        best = min(F.minimum for F in distributions.values())
        margin = 0.03 * (worst - best) or 0.01
        for i, (space, F) in enumerate(distributions.items()):
            e = [best - margin, *F.errors.tolist(), worst + margin]
            fraction = [0.0, *F.weights.cumsum(0).tolist(), 1.0]
            label = f"{space}, mean {F.mean:.3f}, least {F.minimum:.3f}"
            color, style = PALETTE[i % len(PALETTE)], _STYLES[i // len(PALETTE) % len(_STYLES)]
            ax.step(e, fraction, where="post", label=label, color=color, ls=style)
            ax.axvline(F.mean, lw=0.8, alpha=0.6, color=color, ls=style)
        ax.set_xlim(best - margin, worst + margin)
        ax.set_ylim(0, 1.02)
        ax.set_xlabel("error e on validation images")
        ax.set_ylabel("fraction with a smaller error, F(e)")
        ax.legend(fontsize="small", loc="lower right")
    return figure


def parameter_figure(
    parameters: Mapping[str, Mapping[str, Sequence[float]]],
    errors: Mapping[str, Sequence[float]],
    best: Mapping[str, BestValue],
) -> "Figure":
    """The error of every network against each parameter, by space, and the interval where the best value probably is.

    ``parameters`` holds for every parameter its values by space, in the order of ``errors``.
    """
    from matplotlib.figure import Figure

    columns = 4
    rows = -(-len(parameters) // columns)
    with figure_style():
        figure = Figure(figsize=(9.6, 2.6 * rows + 0.3), facecolor="white", layout="constrained")
        axes = figure.subplots(rows, columns, sharey=True, squeeze=False).flatten()
        for ax, (name, by_space) in zip(axes, parameters.items(), strict=False):
            ax.axvspan(best[name].lower, best[name].upper, color=GREY, alpha=0.15, lw=0)
            ax.axvline(best[name].median, color=GREY, lw=1)
            for i, (space, values) in enumerate(by_space.items()):
                ax.plot(values, errors[space], "o", ms=4, alpha=0.75, color=PALETTE[i % len(PALETTE)], label=space)
            low, high = (end(map(end, by_space.values())) for end in (min, max))
            if low > 0 and high > 8 * low:
                log_scale(ax, "x", base=2)
            ax.set_title(name, fontsize="medium", loc="left")
        for ax in axes[len(parameters) :]:
            ax.set_axis_off()
        for ax in axes[::columns]:
            ax.set_ylabel("error")
        handles, labels = axes[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper right", ncols=len(labels), fontsize="small")
    return figure
