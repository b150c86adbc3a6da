"""What an estimated shift looks like."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from jaxtyping import Float
from torch import Tensor

from deepdive.figures import BLUE, GREEN, GREY, ORANGE, PURPLE, figure_style, log_scale
from deepdive.names import label

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_COLORS = (GREY, BLUE, ORANGE, PURPLE)


def mix_figure(mixes: Mapping[str, Float[Tensor, " classes"]], labels: Sequence[str]) -> "Figure":
    """Class probabilities side by side: one group of bars per class, one bar per mix."""
    from matplotlib.figure import Figure
    from matplotlib.ticker import PercentFormatter

    with figure_style():
        figure = Figure(figsize=(7.2, 3.4), layout="constrained")
        ax = figure.subplots()
        width = 0.84 / len(mixes)
        for i, (name, mix) in enumerate(mixes.items()):
            places = [c + (i - (len(mixes) - 1) / 2) * width for c in range(len(labels))]
            ax.bar(places, mix.tolist(), 0.92 * width, label=label(name), color=_COLORS[i % len(_COLORS)])
        names = [label(name, 24) for name in labels]
        ax.set_xticks(range(len(labels)), names, rotation=35, ha="right", rotation_mode="anchor")
        ax.grid(visible=False, axis="x")
        ax.yaxis.set_major_formatter(PercentFormatter(1.0, decimals=0))
        ax.set_ylabel("fraction of the images")
        figure.legend(loc="outside upper left", ncols=len(mixes), fontsize="small")
    return figure


def weights_figure(
    oracle: Float[Tensor, " n"],
    estimated: Float[Tensor, " n"],
    scores: Mapping[str, Float[Tensor, "..."]],
    weighted: Float[Tensor, " n"],
    *,
    most: int = 600,
) -> "Figure":
    """Left, estimated against true weights of up to ``most`` source images; right, what weighting does to a score.

    ``scores`` holds those of ``source`` and ``target``; the source is drawn again with its images ``weighted``.
    """
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.4), layout="constrained")
        left, right = figure.subplots(1, 2)
        step = max(1, len(oracle) // most)
        left.scatter(oracle[::step].tolist(), estimated[::step].tolist(), s=3, color=BLUE, alpha=0.4)
        ends = [float(oracle.min()), float(oracle.max())]
        left.plot(ends, ends, color=ORANGE, linewidth=1.2, label="equal")
        log_scale(left, "x", "y")
        left.set(xlabel="true weight", ylabel="estimated weight")
        left.legend(loc="upper left", fontsize="small")
        source, target = scores["source"].numpy(), scores["target"].numpy()
        bins = 40
        span = (float(min(source.min(), target.min())), float(max(source.max(), target.max())))
        rows = (("source", source, None, GREY), ("source, weighted", source, weighted.numpy(), BLUE))
        for name, values, weight, color in (*rows, ("target", target, None, GREEN)):
            drawn = {"density": True, "histtype": "step", "linewidth": 1.6}
            right.hist(values, bins, range=span, weights=weight, label=name, color=color, **drawn)
        right.set(xlabel="score along the component", ylabel="density")
        right.legend(loc="upper left", fontsize="small")
        right.set_ylim(0, right.get_ylim()[1] * 1.25)
    return figure
