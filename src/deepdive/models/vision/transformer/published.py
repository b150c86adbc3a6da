"""Published weights of vision transformers, made to fit: names of old files, images of other sizes."""

import math
import re
from collections.abc import Mapping
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import interpolate

_OLD_NAME = re.compile(r"\.mlp\.linear_([12])\.")


def with_numbered_mlp(state: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """A state dict of the first published files, whose ``mlp.linear_1``, ``linear_2`` are now ``mlp.0``, ``mlp.3``.

    Others stay as they are.

    >>> network.load_state_dict(with_numbered_mlp(published))  # doctest: +SKIP
    """
    return {_OLD_NAME.sub(lambda m: f".mlp.{3 * int(m[1]) - 3}.", name): value for name, value in state.items()}


def interpolate_positions(
    table: Float[Tensor, "1 positions hidden_size"],
    grid: tuple[int, int],
    *,
    before: tuple[int, int] | None = None,
    mode: Literal["bilinear", "bicubic"] = "bicubic",
) -> Float[Tensor, "1 other hidden_size"]:
    """A position table for ``grid`` patches (rows, columns), so that weights may see images of another size.

    The position of the class token keeps its vector; those of the patches are an image of ``hidden_size`` channels,
    which is resized (Dosovitskiy et al., 2021, section 3.2). ``before`` is the grid the table is for, by default a
    square.

    >>> state = dict(published)  # doctest: +SKIP
    >>> name = "encoder.pos_embedding"  # doctest: +SKIP
    >>> state[name] = interpolate_positions(state[name], network.grid)  # doctest: +SKIP

    Raises:
        ValueError: a grid has no patches, or ``before`` is not the table's.
    """
    patches = table.shape[1] - 1
    side = math.isqrt(max(patches, 0))
    rows, columns = before or (side, side)
    if min(grid) < 1:
        raise ValueError(f"grid must have at least one row and one column of patches, got {grid}")
    if rows < 1 or rows * columns != patches:
        what = f"before={before}" if before else "a square, which is assumed as before is not given,"
        raise ValueError(f"table has positions for the class token and {patches} patches; {what} is not their grid")
    if grid == (rows, columns):
        return table
    image = table[:, 1:].transpose(1, 2).unflatten(2, (rows, columns))  # (1, hidden_size, rows, columns)
    resized = interpolate(image, grid, mode=mode).flatten(2).transpose(1, 2)  # (1, patches, hidden_size)
    return torch.cat([table[:, :1], resized], dim=1)
