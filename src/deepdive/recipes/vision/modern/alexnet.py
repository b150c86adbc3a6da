"""AlexNet on Fashion-MNIST (textbook section 8.1)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.ranges.types import BatchSize, Epochs, Kernel, Padding, Probability, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import ImageClassificationSettings

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
    experiment="deepdive.recipes.vision.classification:ImageClassification",
    targets=(
        Target("test_accuracy", 0.5, when={"preset": "smoke"}),
        Target("test_accuracy", 0.85, when={"preset": "book"}),
        Target("test_accuracy", 0.89),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10, "hidden": 64},
        "quick": {},
        "book": {
            "channels": (96, 256, 384, 384, 256),
            "first": (11, 4, 1),
            "hidden": 4096,
            "pooled": 5,
            "image_size": 224,
            "epochs": 10,
            "batch_size": 128,
            "schedule": "constant",
            "normalize": False,
            "optimizer": {"name": "sgd", "lr": 0.01, "momentum": 0.0},
        },
    },
)
@dataclass(frozen=True)
class AlexNetSettings(ImageClassificationSettings):
    """AlexNet and how it is trained."""

    channels: tuple[Width, Width, Width, Width, Width] = (32, 64, 96, 64, 64)
    """Of the five convolutions; 64 192 384 256 256 for published weights, 96 256 384 384 256 in the textbook."""
    first: tuple[Kernel, Kernel, Padding] = (3, 1, 1)
    """Kernel, stride and padding of the first convolution; 11 4 2 for pictures of 224 pixels a side."""
    hidden: Width = 256
    """Units of each of the two hidden layers; 4096 in the paper."""
    pooled: Kernel = 2
    """Places a side that the hidden layers see; 6 in the paper."""
    dropout: Probability = 0.5
    """Share of units dropped before each hidden layer in training."""
    epochs: Epochs = 6
    batch_size: BatchSize = 256
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.001))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such data, out of the parts of this toolkit."""
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
