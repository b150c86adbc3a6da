"""Settings of the recipes that classify pictures. Free of torch."""

from dataclasses import dataclass, field
from typing import Literal

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
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute


@dataclass(frozen=True)
class AugmentationSettings(Checked):
    """How training pictures are changed at random; all is off by default (textbook section 14.1)."""

    flip: bool = False
    """Mirror half of the pictures left to right."""
    vertical_flip: bool = False
    """Mirror half of the pictures top to bottom."""
    crop: Padding = 0
    """Pixels of padding on every side, out of which a picture of the size before is cut."""
    resized_crop: PositiveFraction | None = None
    """Smallest share of the picture's area that is cut out and brought back to its size."""
    rotation: Degrees = 0.0
    """Largest angle in degrees, to either side."""
    scale: Probability = 0.0
    """Zoom by a factor from 1 less this to 1 more, e.g. 0.2."""
    translate: Fraction = 0.0
    """Largest shift as a share of the height and of the width."""
    shear: Lean = 0.0
    """Largest angle in degrees by which upright lines lean, to either side."""
    jitter: Strength = 0.0
    """Change brightness, contrast and saturation by factors from 1 less this to 1 more, e.g. 0.4."""
    hue: HalfTurn = 0.0
    """Largest turn of the hues to either side, in full turns."""
    grayscale: Fraction = 0.0
    """Share of the pictures that lose their colours."""
    cutout: Padding = 0
    """Side in pixels of a square that is blanked out at a random place."""
    fill: Literal["reflect", "zero"] = "reflect"
    """What a shift or turn uncovers: the picture's mirror image about its edge, or black."""
    mixup: Strength = 0.0
    """Strength of blending pairs of pictures and their labels: alpha of the paper, e.g. 0.2."""
    cutmix: Strength = 0.0
    """Strength of pasting a box of another picture and mixing their labels: alpha of the paper, e.g. 1."""


@dataclass(frozen=True)
class PictureSettings(TrainingSettings):
    """Training settings, and where labelled pictures come from."""

    data: str = "fashion-mnist"
    """A named data set (deepdive data list), or a folder or archive with one sub-folder of pictures per class."""
    skip_damaged: bool = False
    """Leave out files of a folder that are no pictures, and say so, instead of ending with an error."""
    image_size: Side | None = None
    """Height and width of what the network gets; as the pictures are if not given."""
    validation: HeldOut = 0
    """Training pictures held out to choose the best epoch, or which share below 1; with 0 all are learnt from."""
    normalize: bool = True
    """Standardise pixels by the mean and deviation of the training pictures; else they are 0 to 1."""
    optimizer: OptimizerSettings = field(default_factory=OptimizerSettings)

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data")


@dataclass(frozen=True)
class ImageClassificationSettings(PictureSettings):
    """How one network learns to classify pictures."""

    label_smoothing: Fraction = 0.0
    """Share of every target that is spread evenly over all classes."""
    augment: AugmentationSettings = field(default_factory=AugmentationSettings)
    """Random changes of the training pictures."""
