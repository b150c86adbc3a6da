"""Residual networks on Fashion-MNIST (D2L 8.6)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges.types import BatchSize, Depth, Epochs, Width
from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import CLASSIFICATION, ImageClassificationSettings, accuracies, d2l

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "resnet",
    chapter=8,
    section="8.6",
    title="Residual network on Fashion-MNIST",
    data="fashion-mnist",
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.75, book=0.90, quick=0.91),
    presets={
        "smoke": {"epochs": 1, "steps": 160, "log_every": 10, "widths": (8, 16, 32)},
        "quick": {},
        "book": d2l(
            lr=0.01, batch_size=128, depths=(2, 2, 2, 2), widths=(64, 128, 256, 512), stem="imagenet", image_size=96
        ),
    },
    keywords=("cnn", "residual", "resnet18", "resnet34", "resnet50"),
)
@dataclass(frozen=True)
class ResNetSettings(ImageClassificationSettings):
    """A residual network and how it is trained."""

    depths: tuple[Depth, ...] = (1, 1, 1)
    """Blocks of each stage; 2 2 2 2 for ResNet-18, 3 4 6 3 for ResNet-34 and, of bottlenecks, ResNet-50."""
    widths: tuple[Width, ...] = (16, 64, 128)
    """Channels of each stage; 64 128 256 512 in the paper."""
    block: Literal["basic", "bottleneck"] = "basic"
    """Two 3x3 convolutions (basic), or a 3x3 between two 1x1 with four times the channels (bottleneck)."""
    groups: Width = 1
    """Groups of the bottleneck's 3x3 convolution; more than 1 for ResNeXt."""
    width_per_group: Width = 64
    """Channels of a group, in a first stage of 64 channels."""
    stem: Literal["imagenet", "small"] = "small"
    """First layers: a 7x7 convolution and a pooling for large images (imagenet), or a 3x3 convolution (small)."""
    epochs: Epochs = 6
    batch_size: BatchSize = 256
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.005))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision.residual.resnet import BasicBlock, Bottleneck, ResNet

        return ResNet(
            len(metadata.labels),
            metadata.channels,
            block=BasicBlock if self.block == "basic" else Bottleneck,
            depths=self.depths,
            widths=self.widths,
            groups=self.groups,
            width_per_group=self.width_per_group,
            stem=self.stem,
            nn=nn,
        )
