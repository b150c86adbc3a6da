"""The same network on few images, with and without augmentation (D2L 14.1)."""

from dataclasses import dataclass, field

from deepdive.recipes.ranges.types import BatchSize, Count, Epochs, Fraction, HeldOut, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.cifar10 import Cifar10Settings
from deepdive.recipes.vision.settings import AugmentationSettings, nesterov


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
        "smoke": {"epochs": 3, "batch_size": 64, "log_every": 10, "widths": (8, 16, 32, 64)}
        | {"examples": 2000, "validation": 200},
        "quick": {},
        "book": {"epochs": 20, "batch_size": 256, "widths": (64, 128, 256, 512), "examples": None, "validation": 0},
    },
    keywords=("augment", "images", "flip", "crop"),
)
@dataclass(frozen=True)
class ComparisonSettings(Cifar10Settings):
    """Two training runs that differ in the augmentation of their images alone."""

    examples: Count | None = 5000
    """Training images that are learnt from, the same fraction of every class; all that there are if not given."""
    validation: HeldOut = 1000
    """Size of the validation set, which chooses the best epoch: a number of images, or a fraction; 0 for none."""
    widths: tuple[Width, ...] = (16, 32, 64, 128)
    """Channels of each stage of the network."""
    epochs: Epochs = 40
    batch_size: BatchSize = 128
    label_smoothing: Fraction = 0.0
    augment: AugmentationSettings = field(default_factory=lambda: AugmentationSettings(flip=True, crop=4, cutout=8))
    optimizer: OptimizerSettings = field(default_factory=lambda: nesterov(lr=0.1))
