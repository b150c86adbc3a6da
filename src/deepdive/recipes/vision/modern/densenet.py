"""DenseNet on Fashion-MNIST (D2L 8.7)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges.types import BatchSize, Depth, Epochs, Padding, PositiveFraction, Width
from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import CLASSIFICATION, ImageClassificationSettings, accuracies, d2l

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "densenet",
    chapter=8,
    section="8.7",
    title="DenseNet on Fashion-MNIST",
    data="fashion-mnist",
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.5, book=0.85, quick=0.88),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10, "growth_rate": 4},
        "quick": {},
        "book": d2l(batch_size=128, growth_rate=32, depths=(4, 4, 4, 4), width=64, stem="imagenet", image_size=96),
    },
    keywords=("cnn", "densenet121"),
)
@dataclass(frozen=True)
class DenseNetSettings(ImageClassificationSettings):
    """DenseNet and how it is trained."""

    growth_rate: Width = 12
    """Channels that each layer adds; 32 in the paper and in D2L."""
    depths: tuple[Depth, ...] = (3, 3, 3)
    """Layers of each block: 6 12 24 16 for DenseNet-121, 4 4 4 4 in D2L."""
    width: Width = 24
    """Channels of the stem; 64 in the paper."""
    bottleneck: Padding = 0
    """Channels of a layer's 1x1 convolution, in growth rates; 4 in the paper, 0 for none as in D2L."""
    compression: PositiveFraction = 0.5
    """Fraction of the channels that a transition leaves."""
    stem: Literal["imagenet", "small"] = "small"
    """First layers: a 7x7 convolution and a pooling for large images (imagenet), or a 3x3 convolution (small)."""
    epochs: Epochs = 2
    batch_size: BatchSize = 256
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.005))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision.densenet import DenseNet

        return DenseNet(
            len(metadata.labels),
            metadata.channels,
            growth_rate=self.growth_rate,
            depths=self.depths,
            width=self.width,
            bottleneck=self.bottleneck,
            compression=self.compression,
            stem=self.stem,
            nn=nn,
        )
