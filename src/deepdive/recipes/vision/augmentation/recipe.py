"""The same network on few images, with and without augmentation (D2L 14.1)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.ranges.types import Count, Epochs, HeldOut, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import AugmentationSettings, ImageClassificationSettings

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "augmentation",
    chapter=14,
    section="14.1",
    title="With and without augmentation",
    data="cifar10",
    experiment="deepdive.recipes.vision.augmentation.experiment:AugmentationExperiment",
    targets=(
        Target("augmented_test_accuracy", 0.25, when={"preset": "smoke"}),
        Target("augmented_test_accuracy", 0.90, when={"preset": "book"}),
        Target("augmented_test_accuracy", 0.69),
    ),
    presets={
        "smoke": {
            "epochs": 3,
            "batch_size": 64,
            "examples": 2000,
            "validation": 200,
            "widths": (8, 16, 32, 64),
            "log_every": 10,
        },
        "quick": {},
        "book": {
            "examples": None,
            "validation": 0,
            "widths": (64, 128, 256, 512),
            "epochs": 20,
            "batch_size": 256,
        },
    },
)
@dataclass(frozen=True)
class ComparisonSettings(ImageClassificationSettings):
    """Two training runs that differ in the augmentation of their images alone."""

    data: str = "cifar10"
    """A named data set (deepdive data list), or a folder or archive with one sub-folder of images per class."""
    examples: Count | None = 5000
    """Training images that are learnt from, the same fraction of every class; all that there are if not given."""
    validation: HeldOut = 1000
    """Size of the validation set, which chooses the best epoch: a number of images, or a fraction; 0 for none."""
    widths: tuple[Width, ...] = (16, 32, 64, 128)
    """Channels of each stage of the network."""
    residuals: tuple[bool, ...] = (False, False, False, True)
    """Which stages have a residual block."""
    augment: AugmentationSettings = field(default_factory=lambda: AugmentationSettings(flip=True, crop=4, cutout=8))
    epochs: Epochs = 40
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings(
            "sgd", lr=0.1, momentum=0.9, nesterov=True, weight_decay=5e-4, decay_norm_and_bias=False
        )
    )

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision.resnet9 import ResNet9

        return ResNet9(len(metadata.labels), metadata.channels, widths=self.widths, residuals=self.residuals, nn=nn)
