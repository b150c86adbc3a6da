"""RegNet on Fashion-MNIST (D2L 8.8)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges.types import BatchSize, Depth, Epochs, Factor, Width
from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import CLASSIFICATION, ImageClassificationSettings, accuracies, d2l

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "regnet",
    chapter=8,
    section="8.8",
    title="RegNetX on Fashion-MNIST",
    data="fashion-mnist",
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.5, book=0.85, quick=0.89),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10, "depths": (1, 1)},
        "quick": {},
        "book": d2l(lr=0.05, batch_size=128, depths=(4, 6), stem="imagenet", image_size=96),
    },
    keywords=("cnn",),
)
@dataclass(frozen=True)
class RegNetSettings(ImageClassificationSettings):
    """RegNetX, or any other AnyNet, and how it is trained."""

    depths: tuple[Depth, ...] = (2, 3)
    """Blocks of each stage; 4 6 in D2L's RegNetX32."""
    widths: tuple[Width, ...] = (32, 80)
    """Channels of each stage."""
    group_widths: Width = 16
    """Channels of a group in the 3x3 convolutions."""
    bottleneck_ratios: Factor = 1.0
    """Bottleneck ratio: input and output channels of a block over the channels in its middle."""
    stem_width: Width = 32
    """Channels that the stem makes."""
    stem: Literal["imagenet", "small"] = "small"
    """First convolution: one that halves the image (imagenet), or one that does not (small)."""
    epochs: Epochs = 4
    batch_size: BatchSize = 256
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.005))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision.residual.anynet import AnyNet

        return AnyNet(
            len(metadata.labels),
            metadata.channels,
            depths=self.depths,
            widths=self.widths,
            group_widths=self.group_widths,
            bottleneck_ratios=self.bottleneck_ratios,
            stem_width=self.stem_width,
            stem=self.stem,
            nn=nn,
        )
