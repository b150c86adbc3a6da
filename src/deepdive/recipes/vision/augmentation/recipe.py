"""The same network on few pictures, as they are and changed at random (textbook section 14.1)."""

from dataclasses import dataclass, field

from deepdive.recipes.ranges.types import Count, Epochs, HeldOut, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import AugmentationSettings, ImageClassificationSettings


@recipe(
    "augmentation",
    chapter=14,
    section="14.1",
    title="With and without changed pictures",
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
    """Two trainings that differ in nothing but random changes of their pictures."""

    data: str = "cifar10"
    """A named data set (deepdive data list), or a folder or archive with one sub-folder of pictures per class."""
    examples: Count | None = 5000
    """Training pictures that are learnt from, of every class the same share; all that there are if not given."""
    validation: HeldOut = 1000
    """Further pictures, on which both networks are tested after every epoch, or which share of all; with 0 none."""
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
