"""Colours of images at the points that one affine map per image leads to."""

from typing import Literal

import torch
from jaxtyping import Bool, Float, Float64, Int64, Shaped
from torch import Tensor

from deepdive.data.images.augmentation._drawing import Number
from deepdive.data.images.augmentation.geometry import Size

Fill = Literal["reflect", "zero"]
"""What lies outside of an image: its mirror image about its edge, or nothing."""


def whole_pixels(m: Float64[Tensor, "b 3 3"]) -> bool:
    """Whether every map takes pixels to pixels, by whole shifts and flips, so that nothing has to be interpolated."""
    return bool(((m[:, :2, 2] == m[:, :2, 2].round()) & (m[:, [0, 1], [0, 1]].abs() == 1)).all()) and _upright(m)


def all_inside(m: Float64[Tensor, "b 3 3"], size: Size) -> bool:
    """Whether every map stays within the image: an affine one does if it keeps the four corners there."""
    h, w = size
    corners = torch.tensor([[0, 0, 1], [w, 0, 1], [0, h, 1], [w, h, 1]], dtype=torch.float64)
    points = corners @ m[:, :2].transpose(1, 2)  # (b, 4, 2)
    return bool(((points > -_SLACK) & (points < torch.tensor([w, h]) + _SLACK)).all())


def nearest(
    m: Float64[Tensor, "b 3 3"], size: Size, fill: Fill
) -> tuple[Int64[Tensor, "b hw"], Bool[Tensor, "b hw"] | None]:
    """Number of the pixel that each point lies in, row by row, and where it has to be blanked, if anywhere."""
    (h, w), b = size, len(m)
    x, y = _points(m, size)
    columns, rows = x.floor().long(), y.floor().long()
    blank = None
    if fill == "zero" and not all_inside(m, size):
        blank = ((columns < 0) | (columns >= w) | (rows < 0) | (rows >= h)).expand(b, h, w).reshape(b, -1)
    return (_mirrored(rows, h) * w + _mirrored(columns, w)).expand(b, h, w).reshape(b, -1), blank


def picked(
    x: Shaped[Tensor, "b c h w"], index: Int64[Tensor, "b hw"], blank: Bool[Tensor, "b hw"] | None, value: Number = 0
) -> Shaped[Tensor, "b c h w"]:
    """The pixels with these numbers, in memory of their own, and ``value`` where it is blank."""
    found = x.flatten(2).gather(2, index[:, None].expand(-1, x.shape[1], -1))
    if blank is not None:
        found.masked_fill_(blank[:, None], value)
    return found.view(x.shape)


def grid_parts(m: Float64[Tensor, "b 3 3"], size: Size) -> tuple[Float[Tensor, "b 2 h 1"], Float[Tensor, "b 2 1 w"]]:
    """Two parts that add up to the points, with -1 and 1 at the edges of the image: by row, and by column."""
    h, w = size
    m = m[:, :2] * (2 / torch.tensor([w, h], dtype=torch.float64)[:, None])
    by_row = m[:, :, 1, None] * _centres(h) + m[:, :, 2, None] - 1
    return by_row[..., None].float(), (m[:, :, 0, None] * _centres(w))[:, :, None].float()


def interpolated(
    x: Float[Tensor, "b c h w"],
    parts: tuple[Float[Tensor, "b 2 h 1"], Float[Tensor, "b 2 1 w"]],
    fill: Fill,
    *,
    inside: bool,
) -> Float[Tensor, "b c h w"]:
    """Bilinear between centres of pixels; a point outside is mirrored, or 0. ``inside``: there is no such point."""
    points = parts[0] + parts[1]  # x and y are apart from each other: the order that sampling is quickest with
    mode = "reflection" if fill == "reflect" and not inside else "border"
    found = torch.nn.functional.grid_sample(x, points.permute(0, 2, 3, 1), padding_mode=mode, align_corners=False)
    if fill == "zero" and not inside:
        found.masked_fill_((points.abs() > 1).any(dim=1, keepdim=True), 0)
    return found


def _points(m: Float64[Tensor, "b 3 3"], size: Size) -> tuple[Float64[Tensor, "b _ _"], Float64[Tensor, "b _ _"]]:
    """``x'`` and ``y'`` for every centre of a pixel; of one row and one column where nothing turns or leans."""
    u, v = _centres(size[1])[None, None, :], _centres(size[0])[None, :, None]
    (a, b, c), (d, e, f) = (m[:, i, :, None, None].unbind(1) for i in (0, 1))
    if _upright(m):
        return a * u + c, e * v + f
    return a * u + b * v + c, d * u + e * v + f


def _upright(m: Float64[Tensor, "b 3 3"]) -> bool:
    return not bool(m[:, [0, 1], [1, 0]].any())


def _centres(n: int) -> Float64[Tensor, " n"]:
    return torch.arange(n, dtype=torch.float64) + 0.5


def _mirrored(i: Int64[Tensor, "..."], n: int) -> Int64[Tensor, "..."]:
    """``... 1 0 0 1 ... n-1 n-1 n-2 ...``: numbers of pixels, mirrored at both edges as often as need be."""
    i = i.remainder(2 * n)
    return torch.minimum(i, 2 * n - 1 - i)


_SLACK = 1e-6  # of a pixel: so little outside of an image is rounding
