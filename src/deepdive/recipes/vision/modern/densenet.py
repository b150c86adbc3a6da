"""DenseNet on Fashion-MNIST (textbook section 8.7)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges.types import BatchSize, Depth, Epochs, Padding, PositiveFraction, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import ImageClassificationSettings

if TYPE_CHECKING:
    from deepdive.recipes.vision.classification import ImageClassification


@dataclass(frozen=True)
class DenseNetSettings(ImageClassificationSettings):
    """DenseNet and how it is trained."""

    growth_rate: Width = 12
    """Channels that each layer adds; 32 in the paper and the textbook."""
    depths: tuple[Depth, ...] = (3, 3, 3)
    """Layers of each block: 6 12 24 16 for DenseNet-121, 4 4 4 4 in the textbook."""
    width: Width = 24
    """Channels of the stem; 64 in the paper."""
    bottleneck: Padding = 0
    """Channels of a layer's 1x1 convolution, in growth rates; 4 in the paper, 0 for none as in the textbook."""
    compression: PositiveFraction = 0.5
    """Share of the channels that a transition leaves."""
    stem: Literal["imagenet", "small"] = "small"
    """A 7x7 convolution and a pooling for large pictures, or a 3x3 convolution for small ones."""
    epochs: Epochs = 2
    batch_size: BatchSize = 256
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.005))


@recipe(
    "densenet",
    chapter="8.7",
    title="DenseNet on Fashion-MNIST",
    data="fashion-mnist",
    targets=(
        Target("test_accuracy", 0.5, when={"preset": "smoke"}),
        Target("test_accuracy", 0.85, when={"preset": "book"}),
        Target("test_accuracy", 0.88),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "log_every": 10, "growth_rate": 4},
        "quick": {},
        "book": {
            "growth_rate": 32,
            "depths": (4, 4, 4, 4),
            "width": 64,
            "stem": "imagenet",
            "image_size": 96,
            "epochs": 10,
            "batch_size": 128,
            "schedule": "constant",
            "normalize": False,
            "optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.0},
        },
    },
)
def densenet(settings: DenseNetSettings) -> "ImageClassification":
    """DenseNet of any width."""
    from deepdive.models.vision.densenet import DenseNet
    from deepdive.recipes.vision.classification import ImageClassification

    return ImageClassification(
        settings,
        lambda spec, nn: DenseNet(
            len(spec.labels),
            spec.channels,
            growth_rate=settings.growth_rate,
            depths=settings.depths,
            width=settings.width,
            bottleneck=settings.bottleneck,
            compression=settings.compression,
            stem=settings.stem,
            nn=nn,
        ),
    )
