"""A network of your own on a table of your own: ``deepdive run examples/plants.py``."""

from dataclasses import dataclass
from pathlib import Path

from deepdive.recipes import Target, recipe
from deepdive.recipes.ranges.types import Width
from deepdive.recipes.tabular.settings import TableSettings

PLANTS = str(Path(__file__).resolve().with_name("plants.csv"))


@recipe(
    "plants",
    title="Heights of plants: wide and deep",
    data=PLANTS,
    experiment="deepdive.recipes.tabular.experiment:TableExperiment",
    targets=(Target("test_rmse", 1.0, when={"preset": "quick"}, higher_is_better=False),),
    presets={"smoke": {"epochs": 2}, "quick": {"epochs": 150, "batch_size": 32, "optimizer": {"lr": 0.01}}},
)
@dataclass(frozen=True)
class PlantSettings(TableSettings):
    """A table of plants, and a linear model beside a perceptron (Cheng et al., 2016)."""

    data: str = PLANTS
    target: str | None = "height"
    width: Width = 64
    """Width of the hidden layer of the perceptron."""

    def network(self, features, outputs, nn):
        """``y = A x + f(x)``, out of the layers of the chosen toolkit."""

        class WideAndDeep(nn.Module):
            def __init__(self, width):
                super().__init__()
                self.wide = nn.Linear(features, outputs)
                self.deep = nn.Sequential(nn.Linear(features, width), nn.ReLU(), nn.Linear(width, outputs))

            def forward(self, x):
                return self.wide(x) + self.deep(x)

        return WideAndDeep(self.width)
