"""AlexNet on Fashion-MNIST (D2L 8.1)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.ranges.types import BatchSize, Epochs, Kernel, Padding, Probability, Width
from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import CLASSIFICATION, ImageClassificationSettings, accuracies, d2l

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "alexnet",
    chapter=8,
    section="8.1",
    title="AlexNet on Fashion-MNIST",
    data="fashion-mnist",
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.5, book=0.85, quick=0.89),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10, "hidden": 64},
        "quick": {},
        "book": d2l(
            lr=0.01,
            batch_size=128,
            channels=(96, 256, 384, 384, 256),
            first=(11, 4, 1),
            hidden=4096,
            pooled=5,
            image_size=224,
        ),
    },
    keywords=("cnn", "convolution", "imagenet"),
)
@dataclass(frozen=True)
class AlexNetSettings(ImageClassificationSettings):
    """AlexNet and how it is trained."""

    channels: tuple[Width, Width, Width, Width, Width] = (32, 64, 96, 64, 64)
    """Channels of the five convolutions; 64 192 384 256 256 for published weights, 96 256 384 384 256 in D2L."""
    first: tuple[Kernel, Kernel, Padding] = (3, 1, 1)
    """Kernel, stride and padding of the first convolution; 11 4 2 for images of 224 pixels a side."""
    hidden: Width = 256
    """Units of each of the two hidden layers; 4096 in the paper."""
    pooled: Kernel = 2
    """Height and width of the features that the hidden layers get; 6 in the paper."""
    dropout: Probability = 0.5
    """Dropout probability before each hidden layer."""
    epochs: Epochs = 6
    batch_size: BatchSize = 256
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.001))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision.alexnet import AlexNet

        return AlexNet(
            len(metadata.labels),
            metadata.channels,
            channels=self.channels,
            first=self.first,
            hidden=self.hidden,
            pooled=self.pooled,
            dropout=self.dropout,
            nn=nn,
        )
