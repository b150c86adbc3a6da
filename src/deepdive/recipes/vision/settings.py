"""What the recipes on images declare alike: settings, presets, targets. Free of torch."""

from dataclasses import dataclass, field
from typing import Any, Literal

from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.types import (
    Degrees,
    Fraction,
    HalfTurn,
    HeldOut,
    Lean,
    Padding,
    PositiveFraction,
    Probability,
    Side,
    Strength,
)
from deepdive.recipes.registry import Target
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute

CLASSIFICATION = "deepdive.recipes.vision.classification:ImageClassification"
"""The experiment of all recipes that differ in the network alone."""
SMOKE = {"epochs": 1, "steps": 100, "log_every": 20}
"""The preset of small networks."""


def d2l(*, lr: float = 0.1, batch_size: int = 256, **changes: Any) -> dict[str, Any]:
    """The preset that trains as D2L does: ten epochs of plain SGD at a constant rate, on pixels from 0 to 1."""
    optimizer = {"name": "sgd", "lr": lr, "momentum": 0.0}
    training = {"epochs": 10, "batch_size": batch_size, "schedule": "constant", "normalize": False}
    return training | {"optimizer": optimizer} | changes


def nesterov(*, lr: float) -> OptimizerSettings:
    """SGD with Nesterov momentum and weight decay, as for residual networks on CIFAR-10."""
    return OptimizerSettings("sgd", lr=lr, nesterov=True, weight_decay=5e-4, decay_norm_and_bias=False)


def accuracies(*, smoke: float, book: float, quick: float) -> tuple[Target, ...]:
    """The test accuracy that each preset must reach."""
    stated = (
        Target("test_accuracy", value, when={"preset": name}) for name, value in (("smoke", smoke), ("book", book))
    )
    return (*stated, Target("test_accuracy", quick))


@dataclass(frozen=True)
class AugmentationSettings(Checked):
    """How training images are augmented; all is off by default (D2L 14.1)."""

    flip: bool = False
    """Mirror half of the images left to right."""
    vertical_flip: bool = False
    """Mirror half of the images top to bottom."""
    crop: Padding = 0
    """Pixels of padding on every side, out of which an image of the size before is cut."""
    resized_crop: PositiveFraction | None = None
    """Smallest fraction of the image's area that is cut out and brought back to its size."""
    rotation: Degrees = 0.0
    """Largest angle in degrees, to either side."""
    scale: Probability = 0.0
    """Zoom by a factor from 1 less this to 1 more, e.g. 0.2."""
    translate: Fraction = 0.0
    """Largest shift as a fraction of the height and of the width."""
    shear: Lean = 0.0
    """Largest angle in degrees by which upright lines lean, to either side."""
    jitter: Strength = 0.0
    """Change brightness, contrast and saturation by factors from 1 less this to 1 more, e.g. 0.4."""
    hue: HalfTurn = 0.0
    """Largest turn of the hues to either side, in full turns."""
    grayscale: Fraction = 0.0
    """Probability that an image loses its colours."""
    cutout: Padding = 0
    """Side in pixels of a square that is blanked out at a random position."""
    fill: Literal["reflect", "zero"] = "reflect"
    """What a shift or turn uncovers: the image's reflection about its edge, or black."""
    mixup: Strength = 0.0
    """Strength of blending pairs of images and their labels: alpha of the paper, e.g. 0.2."""
    cutmix: Strength = 0.0
    """Strength of pasting a box of another image and mixing their labels: alpha of the paper, e.g. 1."""


@dataclass(frozen=True)
class ImageSettings(TrainingSettings):
    """Training settings, and where labelled images come from."""

    group = "data"

    data: str = "fashion-mnist"
    """A named data set (deepdive data list), or a folder or archive with one sub-folder of images per class."""
    skip_damaged: bool = False
    """Leave out files of a folder that are no images, and say so, instead of ending with an error."""
    image_size: Side | None = None
    """Height and width of the network's input; that of the images if not given."""
    validation: HeldOut = 0
    """Size of the validation set, which chooses the best epoch: a number of training images, or a fraction below 1."""
    normalize: bool = True
    """Standardise pixels by mean and standard deviation of the training images; else they are from 0 to 1."""
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data")


@dataclass(frozen=True)
class ImageClassificationSettings(ImageSettings):
    """How one network learns to classify images."""

    group = "trainer"

    label_smoothing: Fraction = 0.0
    """Fraction of every target that is spread evenly over all classes."""
    augment: AugmentationSettings = field(default_factory=AugmentationSettings)
    """Random changes of the training images."""
