"""Same class or not: a network with two inputs and shared layers."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.ranges.types import CountOrNone, PositiveMagnitude, Width
from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import SMOKE, ImageSettings, accuracies

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "siamese",
    chapter=6,
    title="Siamese network: same class or not",
    data="fashion-mnist",
    experiment="deepdive.recipes.vision.classic.siamese_experiment:SiameseExperiment",
    targets=accuracies(smoke=0.75, book=0.885, quick=0.88),
    presets={"smoke": SMOKE, "quick": {}, "book": {"epochs": 10}},
    keywords=("pairs", "similarity", "metric-learning"),
)
@dataclass(frozen=True)
class SiameseSettings(ImageSettings):
    """Two branches of LeNet that are one, and how their distance is learnt."""

    embedding_size: Width = 16
    """Size of the vector that stands for an image."""
    margin: PositiveMagnitude = 1.0
    """Margin of the contrastive loss: images of two classes push each other apart up to this distance; images further
    apart than half of it are predicted to be of different classes."""
    unseen: CountOrNone = 3
    """Number of classes, the last ones, that are tested but never learnt from; 0 or at least 2."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.003))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision import LeNet, Siamese

        size = (metadata.height, metadata.width)
        return Siamese(LeNet(self.embedding_size, metadata.channels, image_size=size, modern=True, nn=nn))
