"""An image as a sequence of patches, and how much of a prediction comes from each."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from jaxtyping import Float
from torch import Tensor

from deepdive.figures import ORANGE, figure_style
from deepdive.names import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_MOST = 64
"""Patches of a sequence that are drawn."""


def patch_figure(image: Float[Tensor, "c h w"], patch: int) -> "Figure":
    """An image of numbers 0 to 1 under the lines between its patches; right of it the first of these, numbered.

    Raises:
        ValueError: patches of ``patch`` pixels a side do not fill the image.
    """
    _, height, width = image.shape
    if patch < 1 or height % patch or width % patch:
        raise ValueError(f"patch must divide the sides of the image, {height}x{width} pixels, got {patch}")
    from matplotlib.figure import Figure

    patches = image.unfold(1, patch, patch).unfold(2, patch, patch).flatten(1, 2).transpose(0, 1)  # (n, c, p, p)
    columns = width // patch
    rows = min(height // patch, max(1, _MOST // columns))
    shown = patches[: rows * columns]
    with figure_style():
        figure = Figure(figsize=(7.2, max(2.8, 3.6 * rows / columns)), layout="constrained", facecolor="white")
        left, right = figure.subfigures(1, 2, squeeze=False, width_ratios=(2, 3))[0]
        whole = left.subplots()
        _show(whole, image)
        _lines(whole, patch, height, width)
        axes = right.subplots(rows, columns, squeeze=False).flatten()
        for ax in axes:
            ax.set_axis_off()
        for number, (ax, one) in enumerate(zip(axes, shown, strict=False), start=1):
            _show(ax, one)
            ax.set_title(str(number), fontsize="x-small", pad=1.5)
    return figure


def rollout_figure(
    images: Float[Tensor, "n c h w"], maps: Float[Tensor, "n rows columns"], titles: Sequence[str]
) -> "Figure":
    """Images of numbers 0 to 1 and, below each, the same with one weight per patch: dark is little, bright much.

    Every map has the colours from its own least to its own greatest weight.

    Raises:
        ValueError: there are more or fewer maps or titles than images, or none.
    """
    if not len(images) == len(maps) == len(titles) or not titles:
        raise ValueError(f"there are {len(images)} images, {len(maps)} maps and {len(titles)} titles; give one of each")
    from matplotlib.figure import Figure

    height, width = images.shape[2:]
    with figure_style():
        figure = Figure(figsize=(1.25 * len(images), 3.1), layout="constrained", facecolor="white")
        axes = figure.subplots(2, len(images), squeeze=False)
        for above, below, image, weights, title in zip(*axes, images, maps, titles, strict=True):
            _show(above, image)
            color = "tab:red" if "\n" in title else "black"
            above.set_title(printable(title, keep="\n"), fontsize="small", color=color)
            _show(below, image)
            below.imshow(weights.tolist(), cmap="inferno", alpha=0.65, extent=(-0.5, width - 0.5, height - 0.5, -0.5))
    return figure


def _show(ax: Any, image: Tensor) -> None:
    """One image without axes."""
    ax.imshow(image.permute(1, 2, 0).squeeze(-1).tolist(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
    ax.set_axis_off()


def _lines(ax: Any, patch: int, height: int, width: int) -> None:
    for y in range(patch, height, patch):
        ax.axhline(y - 0.5, color=ORANGE, lw=1.0)
    for x in range(patch, width, patch):
        ax.axvline(x - 0.5, color=ORANGE, lw=1.0)
