"""Images with titles, side by side (D2L section 4.2)."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from jaxtyping import Float, UInt8
from torch import Tensor

from deepdive.figures import figure_style
from deepdive.names import printable

if TYPE_CHECKING:
    from matplotlib.figure import Figure


def grid(
    images: UInt8[Tensor, "n c h w"] | Float[Tensor, "n c h w"],
    titles: Sequence[str] = (),
    *,
    columns: int = 8,
    marked: Sequence[bool] = (),
    scale: float = 1.5,
) -> "Figure":
    """A figure of ``n`` images in rows of ``columns``, each under its title; those of the ``marked`` are red.

    Float images of any range are stretched to 0..1 together; grey ones have one channel. The figure belongs to
    nobody: save it with ``figure.savefig``, no window opens.

    Raises:
        ValueError: no image, a number of channels other than 1 or 3, or more or fewer titles or marks
            than images.

    """
    from matplotlib.figure import Figure

    n, c = images.shape[:2]
    if n == 0 or c not in (1, 3):
        raise ValueError(f"images has shape {tuple(images.shape)}; there must be images, with 1 or 3 channels")
    for name, given in (("titles", titles), ("marked", marked)):
        if given and len(given) != n:
            raise ValueError(f"{name} has {len(given)} entries for {n} images; there must be one each, or none")
    pixels = images.detach().cpu().permute(0, 2, 3, 1)  # (n, h, w, c)
    if pixels.is_floating_point():
        low, high = pixels.min(), pixels.max()
        pixels = (pixels - low) / (high - low).clamp(min=1e-12)
    columns = min(columns, n)
    rows = -(-n // columns)
    height = scale * images.shape[2] / images.shape[3] + 0.3 * bool(titles)
    full = 255 if images.dtype.itemsize == 1 else 1
    with figure_style():
        figure = Figure(figsize=(scale * columns, height * rows), facecolor="white", layout="constrained")
        axes = figure.subplots(rows, columns, squeeze=False).flatten()
        for i, ax in enumerate(axes):
            ax.set_axis_off()
            if i < n:
                ax.imshow(pixels[i].squeeze(-1).numpy(), cmap="gray", vmin=0, vmax=full, interpolation="nearest")
                if titles:
                    color = "tab:red" if marked and marked[i] else "black"
                    ax.set_title(printable(titles[i], keep="\n"), fontsize=8.3, color=color)
    return figure
