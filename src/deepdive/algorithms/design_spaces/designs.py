"""A network's body as numbers: how deep and wide each stage is, and how its blocks are made."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import torch
from jaxtyping import Int, Real, Shaped
from torch import Tensor

from deepdive.signatures import checked


@checked
@dataclass(frozen=True)
class Design:
    """The body of one network; each field holds one number per stage.

    A block of a stage of width ``w`` narrows to ``w / b`` channels, which it filters in groups of ``g``, and widens to
    ``w`` again (Radosavovic et al., 2020; D2L section 8.8).

    Raises:
        ValueError: the fields differ in length, a number is out of its range, or a width cannot be divided so.
    """

    depths: tuple[int, ...]
    """Blocks."""
    widths: tuple[int, ...]
    """Channels: ``w``."""
    group_widths: tuple[int, ...]
    """Channels of a group: ``g``."""
    bottleneck_ratios: tuple[int | float, ...]
    """Channels of a block's ends over those of its middle: ``b``."""

    def __post_init__(self) -> None:
        fields = asdict(self)
        if len({len(values) for values in fields.values()}) > 1 or not self.depths:
            told = ", ".join(f"{len(values)} {name}" for name, values in fields.items())
            raise ValueError(f"every stage has one number of each kind, and there is at least one; got {told}")
        for name in ("depths", "widths", "group_widths"):
            if any(value < 1 for value in fields[name]):
                raise ValueError(f"{name} must be at least 1, got {fields[name]}")
        if any(ratio <= 0 for ratio in self.bottleneck_ratios):
            raise ValueError(f"bottleneck_ratios must be above 0, got {self.bottleneck_ratios}")
        for w, g, b in zip(self.widths, self.group_widths, self.bottleneck_ratios, strict=True):
            if w % b or (w / b) % g:
                raise ValueError(
                    f"a stage of width {w} with bottleneck ratio {b:g} has {w / b:g} channels between its ends, which "
                    f"cannot be dealt out in groups of {g}"
                )

    @classmethod
    def from_json(cls, content: dict[str, Any]) -> "Design":
        """The design that ``asdict`` made plain, as JSON gives it back."""
        return cls(**{name: tuple(values) for name, values in content.items()})

    @property
    def inner_widths(self) -> tuple[int, ...]:
        """Channels between the ends of a block: ``w / b``."""
        return tuple(int(w / b) for w, b in zip(self.widths, self.bottleneck_ratios, strict=True))

    def __str__(self) -> str:
        return "; ".join(
            f"{name} {' '.join(f'{value:g}' for value in values)}"
            for name, values in zip(("d", "w", "g", "b"), asdict(self).values(), strict=True)
        )


@checked
@dataclass(frozen=True)
class Designs:
    """Many designs of equally many stages, one per row of each tensor; they need not be possible ones yet."""

    depths: Int[Tensor, "n stages"]
    widths: Int[Tensor, "n stages"]
    group_widths: Int[Tensor, "n stages"]
    bottleneck_ratios: Real[Tensor, "n stages"]

    @classmethod
    def of(cls, designs: Sequence[Design]) -> "Designs":
        """One row for each."""
        return cls(*(torch.tensor([getattr(design, name) for design in designs]) for name in Design.__annotations__))

    def __len__(self) -> int:
        return len(self.depths)

    @checked
    def rows(self, which: Shaped[Tensor, " which"]) -> "Designs":
        """Some rows, by their numbers or by a mask."""
        return Designs(*(values[which] for values in vars(self).values()))

    def list(self) -> list[Design]:
        """Every row as a design of its own.

        Raises:
            ValueError: one is not possible.
        """
        columns = (values.tolist() for values in vars(self).values())
        return [Design(*map(tuple, row)) for row in zip(*columns, strict=True)]


@checked
def compatible(designs: Designs) -> Designs:
    """The nearest widths that the groups divide.

    With ``v = ⌊w / b⌋`` and ``g' = min(g, v)``, ``v`` goes to the nearest multiple of ``g'``, up where that is halfway
    or would lose more than a tenth, and ``w' = b v'`` (as the published networks of the paper are made).

    Raises:
        ValueError: a width is less than its bottleneck ratio.
    """
    v = (designs.widths / designs.bottleneck_ratios).floor().long()
    if bool((v < 1).any()):
        raise ValueError("widths must be at least the bottleneck_ratios: nothing is left between the ends of a block")
    g = torch.minimum(designs.group_widths, v)
    nearest = torch.maximum((v + g // 2) // g * g, g)
    nearest = torch.where(10 * nearest < 9 * v, nearest + g, nearest)
    widths = (nearest * designs.bottleneck_ratios).long()
    return Designs(designs.depths, widths, g, designs.bottleneck_ratios)
