"""Network in Network on Fashion-MNIST (D2L 8.3)."""

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
    "nin",
    chapter=8,
    section="8.3",
    title="Network in Network on Fashion-MNIST",
    data="fashion-mnist",
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.3, book=0.85, quick=0.87),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10, "channels": (16, 32, 48)},
        "quick": {},
        "book": d2l(lr=0.05, batch_size=128, channels=(96, 256, 384), first=(11, 4, 0), dropout=0.5, image_size=224),
    },
)
@dataclass(frozen=True)
class NiNSettings(ImageClassificationSettings):
    """Network in Network and how it is trained."""

    channels: tuple[Width, Width, Width] = (32, 64, 96)
    """Channels of the first three blocks; 96 256 384 in D2L."""
    first: tuple[Kernel, Kernel, Padding] = (5, 1, 2)
    """Kernel, stride and padding of the first convolution; 11 4 0 for images of 224 pixels a side."""
    dropout: Probability = 0.3
    """Dropout probability before the last block."""
    epochs: Epochs = 5
    batch_size: BatchSize = 256
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.002))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision.nin import NiN

        return NiN(
            len(metadata.labels),
            metadata.channels,
            channels=self.channels,
            first=self.first,
            dropout=self.dropout,
            nn=nn,
        )
