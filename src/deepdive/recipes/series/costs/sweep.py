"""What layers cost while one size grows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import torch

from deepdive.recipes.series.costs.layers import KINDS, Cost

_QUANTITIES = {"operations": "operations", "seconds": "time", "saved": "memory"}


@dataclass(frozen=True)
class Sweep:
    """Costs of every kind of layer, one for each size."""

    name: str
    """Of what grows."""
    label: str
    """The same for an axis, with its letter."""
    sizes: Sequence[int]
    costs: Mapping[str, Sequence[Cost]]
    theory: Mapping[str, Sequence[float]]
    """Operations by the formulas."""

    def exponents(self) -> dict[str, float]:
        """How each quantity of each kind grows, as metrics."""
        return {
            f"{kind}_{quantity.partition(' ')[0]}_by_{self.name}": value
            for kind in self.costs
            for quantity, value in self.growth_of(kind).items()
        }

    def growth_of(self, kind: str) -> dict[str, float]:
        """The exponents of one kind: ``operations by length`` and so on."""
        return {
            f"{name} by {self.name}": growth(self.sizes, [getattr(cost, quantity) for cost in self.costs[kind]])
            for quantity, name in _QUANTITIES.items()
        }

    def formula_error(self) -> float:
        """The largest relative difference of the counted operations from the formulas."""
        return max(
            abs(cost.operations / expected - 1)
            for kind, found in self.costs.items()
            for cost, expected in zip(found, self.theory[kind], strict=True)
        )

    def rows(self) -> list[dict[str, object]]:
        """All numbers."""
        return [
            {
                self.label: size,
                "layer": KINDS[kind].name,
                "million operations": found[i].operations / 1e6,
                "milliseconds": found[i].seconds * 1e3,
                "kibibytes saved": found[i].saved / 1024,
            }
            for i, size in enumerate(self.sizes)
            for kind, found in self.costs.items()
        ]


def growth(sizes: Sequence[int], values: Sequence[float]) -> float:
    """``a`` of ``value ≈ c size^a``, by least squares of logarithms over the larger half of the sizes.

    There the term that grows fastest is most of the sum.
    """
    half = max(2, (len(sizes) + 1) // 2)
    x = torch.tensor(sizes[-half:], dtype=torch.float64).log()
    y = torch.tensor(values[-half:], dtype=torch.float64).log()
    x = x - x.mean()
    return float((x @ (y - y.mean())) / (x @ x))
