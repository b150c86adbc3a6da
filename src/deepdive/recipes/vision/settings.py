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
    """Random horizontal flip, with probability 0.5; if not given, images of your own are not mirrored."""
    vertical_flip: bool = False
    """Random vertical flip, with probability 0.5."""
    crop: Padding = 0
    """Random crop of the original size after padding every side by this many pixels."""
    resized_crop: PositiveFraction | None = None
    """Random resized crop: smallest fraction of the image's area."""
    rotation: Degrees = 0.0
    """Random rotation: largest angle in degrees, to either side."""
    scale: Probability = 0.0
    """Random zoom by a factor from 1 less this to 1 more, e.g. 0.2."""
    translate: Fraction = 0.0
    """Random translation: largest shift, as a fraction of height and width."""
    shear: Lean = 0.0
    """Random shear: largest angle in degrees, to either side."""
    jitter: Strength = 0.0
    """Colour jitter: brightness, contrast and saturation by factors from 1 less this to 1 more, e.g. 0.4."""
    hue: HalfTurn = 0.0
    """Hue jitter: largest shift to either side, as a fraction of the colour circle."""
    grayscale: Fraction = 0.0
    """Probability that an image is converted to greyscale."""
    cutout: Padding = 0
    """Cutout: side in pixels of a square that is blanked out at a random position."""
    fill: Literal["reflect", "zero"] = "reflect"
    """Padding of what a transform uncovers: reflection of the image about its edge, or black."""
    mixup: Strength = 0.0
    """Mixup: alpha of the paper, e.g. 0.2; blends pairs of images and their labels."""
    cutmix: Strength = 0.0
    """CutMix: alpha of the paper, e.g. 1; pastes a box of another image and mixes the labels."""


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
    """Label smoothing: fraction of every target that is spread evenly over all classes."""
    augment: AugmentationSettings = field(default_factory=AugmentationSettings)
    """Random changes of the training images."""
