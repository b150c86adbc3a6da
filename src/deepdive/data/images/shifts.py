"""Mirrored and shifted pictures: what small photographs are augmented with."""

from collections.abc import Callable

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.functional import pad


def flip_and_shift(pixels: int) -> Callable[[Tensor, torch.Generator], Tensor]:
    """A random map of a batch: half of the pictures mirrored left to right, all shifted by up to ``pixels`` each way.

    What a shift uncovers is the mirror image of what lies at the border. The map takes ``(b, c, h, w)`` and a CPU
    generator; three draws per picture. Source: C.-Y. Lee et al., "Deeply-Supervised Nets", 2015 (padded and cropped).

    Raises:
        ValueError: ``pixels`` is negative; from the map, if it is not less than height and width.

    """
    if pixels < 0:
        raise ValueError(f"pixels is {pixels}; it must be at least 0")

    def augment(x: Float[Tensor, "b c h w"], generator: torch.Generator) -> Float[Tensor, "b c h w"]:
        b, _, h, w = x.shape
        if pixels >= min(h, w):
            raise ValueError(f"pixels is {pixels}; it must be less than the height {h} and the width {w}")
        mirrored = torch.rand(b, generator=generator).lt(0.5).to(x.device)
        top, left = torch.randint(0, 2 * pixels + 1, (2, b), generator=generator).to(x.device)
        x = torch.where(mirrored[:, None, None, None], x.flip(3), x)
        windows = pad(x, (pixels,) * 4, mode="reflect").unfold(2, h, 1).unfold(3, w, 1)  # (b, c, top, left, h, w)
        return windows[torch.arange(b, device=x.device), :, top, left]

    return augment
