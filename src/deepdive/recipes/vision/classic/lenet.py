"""LeNet on Fashion-MNIST (D2L 7.6)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import CLASSIFICATION, SMOKE, ImageClassificationSettings

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "lenet",
    chapter=7,
    section="7.6",
    title="LeNet on Fashion-MNIST",
    data="fashion-mnist",
    experiment=CLASSIFICATION,
    targets=(
        Target("test_accuracy", 0.50, when={"preset": "smoke"}),
        Target("test_accuracy", 0.89, when={"modern": True}),
        Target("test_accuracy", 0.87, when={"preset": "book"}),
        Target("test_accuracy", 0.85),
    ),
    presets={"smoke": SMOKE, "quick": {}, "book": {"epochs": 10}},
    keywords=("cnn", "convolution", "mnist"),
)
@dataclass(frozen=True)
class LeNetSettings(ImageClassificationSettings):
    """LeNet and how it is trained."""

    modern: bool = False
    """ReLU and max pooling in place of sigmoid and average pooling."""
    batch_norm: bool = False
    """Batch normalisation after every hidden layer."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.01))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision.lenet import LeNet

        return LeNet(
            len(metadata.labels),
            metadata.channels,
            image_size=(metadata.height, metadata.width),
            modern=self.modern,
            batch_norm=self.batch_norm,
            nn=nn,
        )
