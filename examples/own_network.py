"""A network of your own, with two inputs by name, on arrays: ``python examples/own_network.py``."""

import numpy as np
from torch import Tensor, cat, nn

from deepdive import Regression, Trainer


class Rent(nn.Module):
    """The rent of a flat, from its numbers and its district."""

    def __init__(self, numbers: int, districts: int) -> None:
        super().__init__()
        self.district = nn.Embedding(districts, 4)
        self.layers = nn.Sequential(nn.Linear(numbers + 4, 32), nn.ReLU(), nn.Linear(32, 1))

    def forward(self, numbers: Tensor, district: Tensor) -> dict[str, Tensor]:
        return {"output": self.layers(cat([numbers, self.district(district)], dim=1))}


def flats(count: int, seed: int) -> dict[str, np.ndarray]:
    """Made-up flats: size and storey, the district, and the rent."""
    draw = np.random.default_rng(seed)
    numbers, district = draw.normal(size=(count, 2)), draw.integers(5, size=count)
    rent = numbers @ [3.0, 0.5] + np.array([0.0, 4.0, 1.0, 2.0, 8.0])[district] + draw.normal(scale=0.1, size=count)
    return {"numbers": numbers, "district": district, "rent": rent}


network = Rent(numbers=2, districts=5)
task = Regression(network, target="rent", optimizer="adamw", lr=0.01, metrics=["rmse", "mae", "r2"])
metrics = Trainer(epochs=20).fit(task, flats(2000, seed=0), validation=flats(500, seed=1), test=flats(500, seed=2))
print(f"on the test data: off by {metrics['test_mae']:.3f} on average, R² {metrics['test_r2']:.3f}")
