"""Frequencies of words and of their sequences, over their ranks."""

from collections.abc import Mapping
from itertools import cycle
from typing import TYPE_CHECKING

import torch
from jaxtyping import Real
from torch import Tensor

from deepdive.algorithms.language.zipf import ZipfFit
from deepdive.figures import PALETTE, figure_style, log_scale
from deepdive.names import label
from deepdive.signatures import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_POINTS = 400
"""Ranks that are drawn of a curve, evenly spaced in their logarithm: more cannot be seen."""


@checked
def frequency_figure(counts: Mapping[str, Real[Tensor, " _"]], fits: Mapping[str, ZipfFit] | None = None) -> "Figure":
    """Frequency over rank, both logarithmic, one curve per name, and its fit dashed (D2L section 9.2.5).

    Args:
        counts: for each name, e.g. unigrams, bigrams, trigrams, how often each of them occurs, in any order.
        fits: the laws fitted to some of them; drawn over the ranks they were fitted on.

    Raises:
        ValueError: nothing to draw, or a fit of something that is not drawn.

    """
    fits = fits or {}
    if not counts or any(not bool((values > 0).any()) for values in counts.values()):
        raise ValueError(f"counts must hold a number above 0 under each name, got {', '.join(counts) or 'nothing'}")
    if foreign := set(fits) - set(counts):
        raise ValueError(f"fits must be of names in counts, got {sorted(foreign)[0]!r}")
    from matplotlib.figure import Figure

    with figure_style():
        figure = Figure(figsize=(6.4, 4.4), layout="constrained")
        ax = figure.subplots()
        for color, (name, values) in zip(cycle(PALETTE), counts.items(), strict=False):
            ranked = values[values > 0].double().sort(descending=True).values
            ranks = _ranks(1, len(ranked))
            ax.plot(ranks.tolist(), ranked[ranks - 1].tolist(), color=color, label=label(name))
            if name in fits:
                fit = fits[name]
                at = _ranks(fit.first, fit.last)
                ax.plot(
                    at.tolist(),
                    fit.frequency(at).tolist(),
                    "--",
                    color=color,
                    label=f"exponent {fit.exponent:.2f}",
                )
        log_scale(ax, "x", "y")
        ax.set(xlabel="rank", ylabel="frequency")
        ax.legend(fontsize="small")
    return figure


def _ranks(first: int, last: int) -> Tensor:
    return torch.logspace(0, 1, _POINTS, base=last / first, dtype=torch.float64).mul(first).round().long().unique()
