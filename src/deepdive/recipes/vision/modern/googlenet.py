"""GoogLeNet on Fashion-MNIST (D2L 8.4)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges.types import BatchSize, Epochs, Factor, Kernel, Probability
from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import CLASSIFICATION, ImageClassificationSettings, accuracies, d2l

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "googlenet",
    chapter=8,
    section="8.4",
    title="GoogLeNet on Fashion-MNIST",
    data="fashion-mnist",
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.5, book=0.85, quick=0.89),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10, "width": 0.125},
        "quick": {},
        "book": d2l(lr=0.01, batch_size=128, width=1.0, window=5, batch_norm=False, stem="imagenet", image_size=96),
    },
    keywords=("cnn", "inception"),
)
@dataclass(frozen=True)
class GoogLeNetSettings(ImageClassificationSettings):
    """GoogLeNet and how it is trained."""

    width: Factor = 0.25
    """Factor of all numbers of channels; 1 in the paper."""
    window: Kernel = 3
    """Side of the largest window of an inception block: 5 in the paper, 3 in the published weights."""
    batch_norm: bool = True
    """Batch normalisation after each convolution; the paper has none."""
    stem: Literal["imagenet", "small"] = "small"
    """First layers: those of the paper for large images (imagenet), or such as halve small images only once (small)."""
    dropout: Probability = 0.0
    """Dropout probability before the last layer."""
    epochs: Epochs = 2
    batch_size: BatchSize = 256
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.005))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision.googlenet import GoogLeNet

        return GoogLeNet(
            len(metadata.labels),
            metadata.channels,
            width=self.width,
            window=self.window,
            batch_norm=self.batch_norm,
            stem=self.stem,
            dropout=self.dropout,
            nn=nn,
        )
