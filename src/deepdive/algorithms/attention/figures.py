"""Attention weights as figures: heat maps with tokens or with numbers on their axes."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from jaxtyping import Float
from torch import Tensor

from deepdive.figures import figure_style
from deepdive.names import label
from deepdive.signatures import checked

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_INCH = 0.23
"""Of a panel, for each token."""
_COLORS = "viridis"


class AttentionMap(NamedTuple):
    """Weights ``(q, k)`` with the tokens they belong to."""

    weights: Float[Tensor, "q k"]
    queries: Sequence[str]
    """The queries, one for each row."""
    keys: Sequence[str]
    """The keys, one for each column."""
    title: str = ""


@checked
def attention_figure(maps: Sequence[AttentionMap], columns: int = 1) -> "Figure":
    """One panel per map, row by row: queries to the left, keys below, dark 0 and bright 1.

    For all layers and heads of a sentence, give the maps layer after layer and as many columns as heads.

    Raises:
        ValueError: there is no map, ``columns`` is below 1, or a map has other numbers of tokens than its weights.
    """
    if not maps or columns < 1:
        raise ValueError(f"maps and columns must be at least 1, got {len(maps)} and {columns}")
    for weights, queries, keys, title in maps:
        if weights.shape != (len(queries), len(keys)):
            raise ValueError(
                f"the weights of map {title!r} must have shape ({len(queries)}, {len(keys)}), one for each query and "
                f"key, got {tuple(weights.shape)}"
            )
    from matplotlib.figure import Figure

    columns = min(columns, len(maps))
    rows = -(-len(maps) // columns)
    wide, high = (max(map(len, tokens)) for tokens in ([m.keys for m in maps], [m.queries for m in maps]))
    size = (columns * (_INCH * wide + 1.2) + 0.8, rows * (_INCH * high + 1.3))
    with figure_style():
        figure = Figure(figsize=size, layout="compressed", facecolor="white")
        panels = figure.subplots(rows, columns, squeeze=False)
        axes = panels.flatten()
        image = None
        for ax, each in zip(axes, maps, strict=False):
            image = ax.imshow(each.weights.tolist(), cmap=_COLORS, vmin=0.0, vmax=1.0, interpolation="nearest")
            ax.set_xticks(range(len(each.keys)), [label(key, 24) for key in each.keys], rotation=90, fontsize="small")
            ax.set_yticks(range(len(each.queries)), [label(query, 24) for query in each.queries], fontsize="small")
            ax.set_title(label(each.title), loc="left", fontsize="small")
            ax.grid(False)
        for ax in axes[len(maps) :]:
            ax.set_visible(False)
        if image is not None:
            figure.colorbar(image, ax=panels, label="weight", shrink=min(1.0, 3.0 / size[1]))
    return figure


@checked
def heat_maps(
    panels: Mapping[str, Float[Tensor, "q k"]], queries: Float[Tensor, " q"], keys: Float[Tensor, " k"]
) -> "Figure":
    """Weights of many queries (rows) and keys (columns), both in ascending order: two panels side by side, by title.

    Raises:
        ValueError: there is no panel.
    """
    if not panels:
        raise ValueError("panels must not be empty, got none")
    from matplotlib.figure import Figure

    rows, columns = -(-len(panels) // 2), min(2, len(panels))
    with figure_style():
        figure = Figure(figsize=(1.2 + 3.4 * columns, 0.4 + 2.8 * rows), layout="constrained", facecolor="white")
        axes = figure.subplots(rows, columns, squeeze=False, sharex=True, sharey=True).flatten()
        for ax, (title, weights) in zip(axes, panels.items(), strict=False):
            mesh = ax.pcolormesh(
                keys.tolist(), queries.tolist(), weights.tolist(), cmap=_COLORS, vmin=0.0, shading="nearest"
            )
            ax.set_title(label(title), loc="left", fontsize="medium")
            ax.grid(False)
            figure.colorbar(mesh, ax=ax)
        for ax in axes[len(panels) :]:
            ax.set_visible(False)
        axes[0].invert_yaxis()
        figure.supxlabel("keys", fontsize="medium")
        figure.supylabel("queries", fontsize="medium")
    return figure
