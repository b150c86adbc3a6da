"""A small residual network on CIFAR-10 (D2L 14.13)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.ranges.types import BatchSize, Epochs, Fraction, Width
from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import (
    CLASSIFICATION,
    AugmentationSettings,
    ImageClassificationSettings,
    accuracies,
    nesterov,
)

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "cifar10",
    chapter=14,
    section="14.13",
    title="A small residual network on CIFAR-10",
    data="cifar10",
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.25, book=0.92, quick=0.835),
    presets={
        "smoke": {"epochs": 1, "steps": 40, "batch_size": 128, "log_every": 10, "widths": (8, 16, 32, 64)},
        "quick": {},
        "book": {
            "widths": (64, 128, 256, 512),
            "residuals": (False, True, False, True),
            "epochs": 24,
            "batch_size": 512,
            "augment": {"crop": 4},
            "optimizer": {"lr": 0.4},
        },
    },
    keywords=("cifar",),
)
@dataclass(frozen=True)
class Cifar10Settings(ImageClassificationSettings):
    """A small residual network for small photographs, and how it is trained."""

    data: str = "cifar10"
    """A named data set (deepdive data list), or a folder or archive with one sub-folder of images per class."""
    widths: tuple[Width, ...] = (16, 64, 128, 128)
    """Channels of each stage; 64 128 256 512 in the network this one is made after."""
    residuals: tuple[bool, ...] = (False, False, False, True)
    """Which stages have a residual block."""
    epochs: Epochs = 12
    batch_size: BatchSize = 256
    label_smoothing: Fraction = 0.1
    augment: AugmentationSettings = field(default_factory=lambda: AugmentationSettings(flip=True, crop=2))
    optimizer: OptimizerSettings = field(default_factory=lambda: nesterov(lr=0.3))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision.residual.resnet9 import ResNet9

        return ResNet9(len(metadata.labels), metadata.channels, widths=self.widths, residuals=self.residuals, nn=nn)
