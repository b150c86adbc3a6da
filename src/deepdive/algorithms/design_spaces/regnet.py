"""Four numbers in place of eight: stages whose widths grow along a line (Radosavovic et al., 2020, section 3.3)."""

import torch
from jaxtyping import Float, Int
from torch import Tensor

from deepdive.algorithms.design_spaces.designs import Design, Designs, compatible
from deepdive.signatures import checked

QUANTUM = 8
"""Widths are multiples of it."""


@checked
def block_widths(
    depth: int, w_0: Float[Tensor, " n"], w_a: Float[Tensor, " n"], w_m: Float[Tensor, " n"]
) -> Int[Tensor, "n depth"]:
    """The width of every block, quantised so that blocks of one width make a stage.

    ``u_j = w_0 + w_a j`` for ``0 ≤ j < depth`` (the line), ``s_j = log(u_j / w_0) / log(w_m)``, and
    ``w_j = w_0 w_m^⌊s_j⌉``, rounded to a multiple of 8.
    """
    j = torch.arange(depth, dtype=w_0.dtype, device=w_0.device)
    u = w_0[:, None] + w_a[:, None] * j  # (n, depth)
    s = ((u / w_0[:, None]).log() / w_m[:, None].log()).round()
    return ((w_0[:, None] * w_m[:, None] ** s) / QUANTUM).round().long() * QUANTUM


@checked
def regnet_design(
    depth: int, w_0: int, w_a: float, w_m: float, group_width: int, bottleneck_ratio: int | float = 1
) -> Design:
    """The stages that these parameters make.

    Args:
        depth: blocks of all stages together.
        w_0: width of the first block, a multiple of 8.
        w_a: by how much each block is wider than the one before, on the line.
        w_m: by how much each stage is wider than the one before, as a factor.
        group_width: channels of a group, in every stage.
        bottleneck_ratio: of every stage.

    Raises:
        ValueError: a number is out of its range.
    """
    if depth < 1:
        raise ValueError(f"depth must be at least 1, got {depth}")
    if w_0 < QUANTUM or w_0 % QUANTUM:
        raise ValueError(f"w_0 must be a multiple of {QUANTUM}, got {w_0:g}")
    if w_a < 0:
        raise ValueError(f"w_a must be from 0 up, got {w_a:g}")
    if w_m <= 1:
        raise ValueError(f"w_m must be above 1, got {w_m:g}")
    if group_width < 1:
        raise ValueError(f"group_width must be at least 1, got {group_width}")
    if bottleneck_ratio <= 0:
        raise ValueError(f"bottleneck_ratio must be above 0, got {bottleneck_ratio:g}")
    # on the processor even where a network is being made on another device
    numbers = (torch.tensor([float(number)], dtype=torch.float64, device="cpu") for number in (w_0, w_a, w_m))
    widths, depths = block_widths(depth, *numbers)[0].unique_consecutive(return_counts=True)
    groups = torch.full_like(widths, group_width)
    ratios = torch.full_like(widths, bottleneck_ratio, dtype=torch.float64)
    [design] = compatible(Designs(depths[None], widths[None], groups[None], ratios[None])).list()
    return design
