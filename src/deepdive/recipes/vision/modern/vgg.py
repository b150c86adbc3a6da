"""VGG on Fashion-MNIST (D2L 8.2)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.ranges.types import BatchSize, Depth, Epochs, Kernel, Probability, Side, Width
from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import CLASSIFICATION, ImageClassificationSettings, accuracies, d2l

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "vgg",
    chapter=8,
    section="8.2",
    title="VGG-11 on Fashion-MNIST",
    data="fashion-mnist",
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.5, book=0.85, quick=0.89),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10, "hidden": 64},
        "quick": {},
        "book": d2l(lr=0.01, batch_size=128, hidden=4096, pooled=7, image_size=224),
    },
    keywords=("cnn", "convolution", "vgg11", "vgg16"),
)
@dataclass(frozen=True)
class VGGSettings(ImageClassificationSettings):
    """VGG and how it is trained."""

    depths: tuple[Depth, ...] = (1, 1, 2, 2, 2)
    """Convolutions of each block: 1 1 2 2 2 for VGG-11, 2 2 3 3 3 for VGG-16, 2 2 4 4 4 for VGG-19."""
    widths: tuple[Width, ...] = (16, 32, 64, 128, 128)
    """Channels of each block; 64 128 256 512 512 in the paper."""
    batch_norm: bool = False
    """Batch normalisation before each activation."""
    hidden: Width = 256
    """Units of each of the two hidden layers; 4096 in the paper."""
    pooled: Kernel = 1
    """Height and width of the features that the hidden layers get; 7 in the paper."""
    dropout: Probability = 0.5
    """Dropout probability of the hidden units."""
    image_size: Side | None = 32
    """Height and width of the network's input, halved by each block."""
    epochs: Epochs = 4
    batch_size: BatchSize = 256
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.001))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision.vgg import VGG

        return VGG(
            len(metadata.labels),
            metadata.channels,
            depths=self.depths,
            widths=self.widths,
            batch_norm=self.batch_norm,
            hidden=self.hidden,
            pooled=self.pooled,
            dropout=self.dropout,
            nn=nn,
        )
