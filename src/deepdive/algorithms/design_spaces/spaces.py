"""Design spaces: from everything that is possible to what is worth trying (Radosavovic et al., 2020, section 3)."""

import math
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import torch
from jaxtyping import Bool, Float
from torch import Generator, Tensor

from deepdive.algorithms.design_spaces.designs import Designs, compatible
from deepdive.algorithms.design_spaces.regnet import QUANTUM, block_widths
from deepdive.signatures import checked

RATIOS = (1, 2, 4)
GROUP_WIDTHS = (1, 2, 4, 8, 16, 32)


@runtime_checkable
class DesignSpace(Protocol):
    """A set of designs with a way to draw from it."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    def draw(self, n: int, generator: Generator) -> Designs:
        """Up to ``n`` possible designs: those of ``n`` draws that keep the constraints."""
        ...


@checked
@dataclass(frozen=True)
class AnyNetSpace:
    """AnyNetX: stages of residual bottleneck blocks, each with a depth, a width, a group width and a ratio of its own.

    Depths and widths are drawn log-uniformly, group widths and ratios uniformly. Each constraint makes the space
    smaller: a shared ratio (B), shared group width (C), widths (D) and depths (E) that never fall from one stage to
    the next; draws out of order are thrown away.

    Raises:
        ValueError: a range is empty or begins below its least value.
    """

    name: str = "anynet-a"
    shared_ratio: bool = False
    shared_group_width: bool = False
    rising_widths: bool = False
    rising_depths: bool = False
    stages: int = 4
    depths: tuple[int, int] = (1, 16)
    """Least and greatest."""
    widths: tuple[int, int] = (8, 1024)
    """Least and greatest, multiples of 8."""
    ratios: tuple[int, ...] = RATIOS
    group_widths: tuple[int, ...] = GROUP_WIDTHS

    def __post_init__(self) -> None:
        if self.stages < 1:
            raise ValueError(f"stages must be at least 1, got {self.stages}")
        _check_range("depths", self.depths, 1)
        _check_range("widths", self.widths, QUANTUM)
        _check_choices(self.ratios, self.group_widths, self.widths[0])

    @checked
    def draw(self, n: int, generator: Generator) -> Designs:
        """Up to ``n`` designs, as `DesignSpace` says."""
        shape = (n, self.stages)
        found = Designs(
            _log_uniform(self.depths, 1, shape, generator).long(),
            _log_uniform(self.widths, QUANTUM, shape, generator).long(),
            _chosen(self.group_widths, shape, generator, shared=self.shared_group_width),
            _chosen(self.ratios, shape, generator, shared=self.shared_ratio),
        )
        return compatible(found.rows(self._kept(found)))

    def _kept(self, designs: Designs) -> Bool[Tensor, " n"]:
        kept = torch.ones(len(designs), dtype=torch.bool)
        for wanted, values in ((self.rising_widths, designs.widths), (self.rising_depths, designs.depths)):
            if wanted:
                kept &= (values.diff(dim=1) >= 0).all(dim=1)
        return kept


@checked
@dataclass(frozen=True)
class RegNetSpace:
    """RegNetX: widths along a quantised line, from a depth, ``w_0``, ``w_a`` and ``w_m``; see ``block_widths``.

    The depth is drawn uniformly, the other three log-uniformly; draws that do not make the wanted number of stages are
    thrown away. Group width and ratio are shared.

    Raises:
        ValueError: a range is empty or begins below its least value.
    """

    name: str = "regnet"
    stages: int = 4
    depths: tuple[int, int] = (4, 64)
    """Of all stages together."""
    w_0: tuple[int, int] = (8, 256)
    """Width of the first block, a multiple of 8."""
    w_a: tuple[float, float] = (8.0, 256.0)
    """How fast widths grow."""
    w_m: tuple[float, float] = (1.5, 3.0)
    """Factor from stage to stage."""
    ratios: tuple[int, ...] = RATIOS
    group_widths: tuple[int, ...] = GROUP_WIDTHS

    def __post_init__(self) -> None:
        _check_range("depths", self.depths, self.stages)
        _check_range("w_0", self.w_0, QUANTUM)
        if not 0 < self.w_a[0] <= self.w_a[1]:
            raise ValueError(f"w_a must go from above 0 up, got {self.w_a}")
        if not 1 < self.w_m[0] <= self.w_m[1]:
            raise ValueError(f"w_m must go from above 1 up, got {self.w_m}")
        _check_choices(self.ratios, self.group_widths, self.w_0[0])

    @checked
    def draw(self, n: int, generator: Generator) -> Designs:
        """Up to ``n`` designs, as `DesignSpace` says."""
        low, high = self.depths
        depth = torch.randint(low, high + 1, (n,), generator=generator)
        w_0, w_a, w_m = (
            _log_uniform(*limits, (n,), generator)
            for limits in ((self.w_0, QUANTUM), (self.w_a, 0.1), (self.w_m, 1e-3))
        )
        groups = _chosen(self.group_widths, (n, self.stages), generator, shared=True)
        ratios = _chosen(self.ratios, (n, self.stages), generator, shared=True)
        blocks = block_widths(high, w_0, w_a, w_m)
        inside = torch.arange(high) < depth[:, None]  # (n, high)
        # the stage of every block: how often the width has changed up to it; later ones than there may be share a bin
        stage = torch.nn.functional.pad((blocks.diff(dim=1) != 0).long(), (1, 0)).cumsum(dim=1).clamp(max=self.stages)
        depths = torch.zeros(n, self.stages + 1, dtype=torch.long).scatter_add_(1, stage, inside.long())
        widths = torch.zeros(n, self.stages + 1, dtype=torch.long).scatter_(1, stage, blocks)
        kept = (depths[:, :-1] > 0).all(dim=1) & (depths[:, -1] == 0)
        return compatible(Designs(depths[:, :-1], widths[:, :-1], groups, ratios).rows(kept))


SPACES = ("anynet-a", "anynet-b", "anynet-c", "anynet-d", "anynet-e", "regnet")
"""From the largest to the smallest."""


@checked
def space_named(name: str, *, stages: int = 4, max_depth: int = 16, max_width: int = 1024) -> DesignSpace:
    """One of the paper's spaces by its name, of so many stages of at most this depth and width each.

    Raises:
        ValueError: there is no such space, or a limit leaves nothing.
    """
    if name not in SPACES:
        raise ValueError(f"space must be one of {', '.join(SPACES)}, got {name!r}")
    if name == "regnet":
        widest = max(QUANTUM, max_width // 4)
        return RegNetSpace(
            stages=stages, depths=(stages, stages * max_depth), w_0=(QUANTUM, widest), w_a=(1.0, float(widest))
        )
    constraints = SPACES.index(name)
    return AnyNetSpace(
        name, *(constraints > i for i in range(4)), stages=stages, depths=(1, max_depth), widths=(QUANTUM, max_width)
    )


def _log_uniform(
    limits: tuple[int | float, int | float], quantum: int | float, shape: tuple[int, ...], generator: Generator
) -> Float[Tensor, "*shape"]:
    """``exp(U)`` with ``U`` uniform between the logarithms of the limits, to the nearest multiple of ``quantum``."""
    low, high = map(math.log, limits)
    u = torch.rand(shape, generator=generator, dtype=torch.float64) * (high - low) + low
    return (u.exp() / quantum).round() * quantum


def _chosen(values: tuple[int, ...], shape: tuple[int, int], generator: Generator, *, shared: bool) -> Tensor:
    n, stages = shape
    which = torch.randint(len(values), (n, 1 if shared else stages), generator=generator)
    return torch.tensor(values)[which].expand(n, stages)


def _check_range(name: str, limits: tuple[int, int], least: int) -> None:
    if not least <= limits[0] <= limits[1]:
        raise ValueError(f"{name} must go from at least {least} up, got {limits}")


def _check_choices(ratios: tuple[int, ...], group_widths: tuple[int, ...], narrowest: int) -> None:
    if not ratios or not all(0 < ratio <= narrowest for ratio in ratios):
        raise ValueError(f"ratios must be above 0 and at most the least width {narrowest}, got {ratios}")
    if not group_widths or min(group_widths) < 1:
        raise ValueError(f"group_widths must be at least 1, got {group_widths}")
