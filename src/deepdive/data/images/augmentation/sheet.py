"""A contact sheet: what each transform makes of the same images."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import torch
from jaxtyping import Float32, UInt8
from torch import Tensor

from deepdive.data.images.augmentation.chain import Augmentation
from deepdive.data.images.augmentation.colour import Chromatic
from deepdive.data.images.augmentation.cutout import Cutout
from deepdive.data.images.augmentation.geometry import Geometric
from deepdive.data.images.augmentation.mixing import Mixing
from deepdive.figures import figure_style
from deepdive.names import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure

Shown = Geometric | Chromatic | Cutout | Augmentation | Mixing


def contact_sheet(
    images: UInt8[Tensor, "n c h w"],
    rows: Mapping[str, Shown],
    generator: torch.Generator,
    *,
    names: Sequence[str] = (),
    scale: float = 0.8,
) -> "Figure":
    """A figure of ``n`` images side by side: as they are above, and below them one row per transform, by its name.

    Every image has a draw of its own. Under images that are mixed stands how much of each is in them, by ``names``,
    one per image, or by their places from 1. ``scale`` is the width of an image in inches.

    Raises:
        ValueError: no image, a number of channels other than 1 or 3, or more or fewer names than images.
    """
    from matplotlib.figure import Figure

    n, c, h, w = images.shape
    if n == 0 or c not in (1, 3):
        raise ValueError(f"images has shape {tuple(images.shape)}; there must be images, with 1 or 3 channels")
    if names and len(names) != n:
        raise ValueError(f"names has {len(names)} entries for {n} images; there must be one each, or none")
    called = [printable(name)[:24] for name in names] or [str(i + 1) for i in range(n)]
    lines: list[tuple[str, Tensor, list[str]]] = [("as they are", images / 255, called if names else [])]
    for title, transform in rows.items():
        drawn, told = _applied(transform, images, called, generator)
        lines.append((title, drawn, told))

    side, gap = scale * h / w, 0.06  # inches
    below = [0.12 * max((words.count("\n") + 1 for words in told), default=0) + 0.04 * bool(told) for *_, told in lines]
    label = 0.085 * max(len(title) for title, _, _ in lines) + 0.2
    width, height = label + n * (scale + gap), len(lines) * (side + gap) + sum(below) + gap
    with figure_style():
        figure = Figure(figsize=(width, height), facecolor="white")
        top = height - gap
        for (title, drawn, told), space in zip(lines, below, strict=True):
            figure.text((label - 0.12) / width, (top - side / 2) / height, title, ha="right", va="center", fontsize=10)
            for i, pixels in enumerate(drawn.permute(0, 2, 3, 1)):
                left = label + i * (scale + gap)
                ax = figure.add_axes((left / width, (top - side) / height, scale / width, side / height))
                ax.set_axis_off()
                ax.imshow(pixels.squeeze(-1).numpy(), cmap="gray", vmin=0, vmax=1, interpolation="nearest")
                if told:
                    place = (left + scale / 2) / width, (top - side - 0.03) / height
                    figure.text(*place, told[i], ha="center", va="top", fontsize=6.5, linespacing=1.0)
            top -= side + gap + space
    return figure


def _applied(
    transform: Shown, images: UInt8[Tensor, "n c h w"], names: Sequence[str], generator: torch.Generator
) -> tuple[Float32[Tensor, "n c h w"], list[str]]:
    if not isinstance(transform, Mixing):
        chain = transform if isinstance(transform, Augmentation) else Augmentation([transform])
        return chain(images, generator), []
    drawn, shares = transform((images / 255, torch.eye(len(images))), generator)
    told = []
    for row in shares:
        parts = sorted(((float(row[j]), names[j]) for j in row.nonzero().flatten().tolist()), reverse=True)
        told.append("\n".join(f"{share:.0%} {name}" for share, name in parts))
    return drawn, told
