"""Same class or not: a network with two inputs and shared layers (row 6.9 of the curriculum)."""

from dataclasses import dataclass, field

from deepdive.recipes.ranges.types import CountOrNone, PositiveMagnitude, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import PictureSettings


@recipe(
    "siamese",
    chapter=6,
    title="Same class or not, on pairs of Fashion-MNIST",
    data="fashion-mnist",
    experiment="deepdive.recipes.vision.classic.siamese_experiment:SiameseExperiment",
    targets=(
        Target("test_accuracy", 0.75, when={"preset": "smoke"}),
        Target("test_accuracy", 0.885, when={"preset": "book"}),
        Target("test_accuracy", 0.88),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 100, "log_every": 20},
        "quick": {},
        "book": {"epochs": 10},
    },
)
@dataclass(frozen=True)
class SiameseSettings(PictureSettings):
    """Two branches of LeNet that are one, and how their distance is learnt."""

    dimensions: Width = 16
    """Of the vector that stands for a picture."""
    margin: PositiveMagnitude = 1.0
    """Distance up to which pictures of two classes push each other away; beyond half of it they count as different."""
    unseen: CountOrNone = 3
    """Classes, the last ones, that are never learnt from but tested; 0 or at least 2."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.003))
