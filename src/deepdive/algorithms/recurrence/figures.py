"""Vanishing and exploding, drawn."""

from collections.abc import Mapping
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
def jacobian_figure(panels: Mapping[str, Mapping[str, Float[Tensor, "distances batch"]]]) -> "Figure":
    """Norms of the product of Jacobians against the distance, on a logarithmic axis: panel by panel, line by line.

    A line is the geometric mean over the batch, the band its range; dotted is 1, where nothing vanishes or explodes.
    """
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(7.2, 3.2 * -(-len(panels) // 2)), layout="constrained")
        axes = figure.subplots(-(-len(panels) // 2), 2, squeeze=False, sharex=True, sharey=True).flatten()
        for ax, (title, lines) in zip(axes, panels.items(), strict=False):
            for color, (name, norms) in zip(cycle(PALETTE), lines.items(), strict=False):
                shown = norms.double().clamp(1e-12, 1e12)
                place = range(len(shown))
                ax.plot(place, shown.log().mean(dim=1).exp().tolist(), color=color, label=label(name))
                ax.fill_between(
                    place, shown.amin(1).tolist(), shown.amax(1).tolist(), color=color, alpha=0.2, linewidth=0
                )
            ax.axhline(1.0, color=GREY, lw=1.0, ls=":")
            log_scale(ax, "y")
            ax.set_title(label(title), loc="left", fontsize="medium")
            ax.legend(fontsize="x-small")
        for ax in axes[len(panels) :]:
            ax.set_visible(False)
        figure.supxlabel("steps back, k", fontsize="medium")
        figure.supylabel("norm of the product", fontsize="medium")
    return figure
