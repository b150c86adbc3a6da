"""Drawing designs of about the same cost, so that spaces are compared and not budgets."""

import torch

from deepdive.algorithms.design_spaces.complexity import Frame, flops
from deepdive.algorithms.design_spaces.designs import Design
from deepdive.algorithms.design_spaces.spaces import DesignSpace
from deepdive.signatures import checked

_BLOCK = 4096
"""Draws at a time; part of what a seed means."""


@checked
def sample_designs(
    space: DesignSpace, n: int, *, frame: Frame, window: tuple[float, float], seed: int = 0, max_draws: int = 2_000_000
) -> list[Design]:
    """The first ``n`` draws from a space whose operations for one image lie in ``window``, ends included.

    The same seed gives the same designs, and the first of many are those of few.

    Raises:
        ValueError: ``n`` is less than 1, the window is empty, or too few of ``max_draws`` designs lie in it.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    low, high = window
    if not 0 <= low <= high:
        raise ValueError(f"window must go up from 0 or more, got {window}")
    generator = torch.Generator().manual_seed(seed)
    found: list[Design] = []
    for _ in range(-(-max_draws // _BLOCK)):
        designs = space.draw(_BLOCK, generator)
        cost = flops(designs, frame)
        found += designs.rows(((cost >= low) & (cost <= high)).nonzero()[: n - len(found), 0]).list()
        if len(found) == n:
            return found
    raise ValueError(
        f"of {max_draws:,} designs drawn from {space.name}, {len(found)} cost between {low:,.0f} and {high:,.0f} "
        f"operations per image, and {n} are wanted; change the window or the limits of the space"
    )
