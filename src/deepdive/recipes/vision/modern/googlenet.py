"""GoogLeNet on Fashion-MNIST (textbook section 8.4)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges.types import BatchSize, Epochs, Factor, Kernel, Probability
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import ImageClassificationSettings

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
    experiment="deepdive.recipes.vision.classification:ImageClassification",
    targets=(
        Target("test_accuracy", 0.5, when={"preset": "smoke"}),
        Target("test_accuracy", 0.85, when={"preset": "book"}),
        Target("test_accuracy", 0.89),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10, "width": 0.125},
        "quick": {},
        "book": {
            "width": 1.0,
            "window": 5,
            "batch_norm": False,
            "stem": "imagenet",
            "image_size": 96,
            "epochs": 10,
            "batch_size": 128,
            "schedule": "constant",
            "normalize": False,
            "optimizer": {"name": "sgd", "lr": 0.01, "momentum": 0.0},
        },
    },
)
@dataclass(frozen=True)
class GoogLeNetSettings(ImageClassificationSettings):
    """GoogLeNet and how it is trained."""

    width: Factor = 0.25
    """What all channels are multiplied with; 1 in the paper."""
    window: Kernel = 3
    """Side of the largest window of an inception block: 5 in the paper, 3 in the published weights."""
    batch_norm: bool = True
    """Normalise after each convolution; the paper does not."""
    stem: Literal["imagenet", "small"] = "small"
    """How the first layers read the picture: those of the paper for large ones, or halving small ones once only."""
    dropout: Probability = 0.0
    """Share of features dropped before the last layer in training."""
    epochs: Epochs = 2
    batch_size: BatchSize = 256
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.005))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such data, out of the parts of this toolkit."""
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
