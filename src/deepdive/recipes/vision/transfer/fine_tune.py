"""Learning from few images with a network that knows photographs already (D2L 14.2)."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, ClassVar, Literal

from msgspec import Meta

from deepdive.recipes.optimization import ScheduleName
from deepdive.recipes.ranges.types import (
    BatchSize,
    CountOrNone,
    Epochs,
    Fraction,
    HeldOut,
    LearningRate,
    Penalty,
    PositiveFraction,
    Side,
    Steps,
)
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute

FrozenGroups = Annotated[int, Meta(ge=0, le=9)]
"""Of ten, of which one at least must learn."""


@recipe(
    "fine-tune",
    chapter=14,
    section="14.2",
    title="EfficientNet-Lite0, fine-tuned",
    data="cifar10",
    experiment="deepdive.recipes.vision.transfer.experiment:FineTuneExperiment",
    targets=(
        Target("test_accuracy", 0.35, when={"preset": "smoke"}),
        Target("test_accuracy", 0.9, when={"preset": "book"}),
        Target("test_accuracy", 0.7, when={"mode": "feature-extraction"}),
        Target("test_accuracy", 0.7),
    ),
    presets={
        "smoke": {"train_images": 100, "test_images": 100, "image_size": 64, "epochs": 2, "log_every": 2},
        "quick": {},
        "book": {
            "train_images": 0,
            "test_images": 0,
            "image_size": 224,
            "frozen": 0,
            "weight_interpolation": 1.0,
            "epochs": 5,
            "mirrored": True,
            "penalty": 0.25,
            "batch_size": 128,
            "optimizer": {"lr": 1e-3},
        },
    },
    keywords=(
        "classify",
        "classification",
        "images",
        "image",
        "photos",
        "photographs",
        "transfer",
        "pretrained",
        "finetune",
        "efficientnet",
        "imagenet",
        "resnet50",
    ),
)
@dataclass(frozen=True)
class FineTuneSettings(TrainingSettings):
    """Which images, which weights, and which of them learn."""

    counts_with: ClassVar[Mapping[str, tuple[str, Any]]] = {
        "frozen": ("mode", "fine-tune"),
        "layer_lr_decay": ("mode", "fine-tune"),
        "unfreeze_every": ("mode", "fine-tune"),
        "scratch_lr": ("from_scratch", True),
    }

    data: str = "cifar10"
    """A folder or archive with one sub-folder of images per class, or a named data set (deepdive data list)."""
    train_images: CountOrNone | None = None
    """Most training images, the same fraction of every class; if not given, 1000 of a named set, else all."""
    test_images: CountOrNone | None = None
    """Most test images, the same fraction of every class; if not given, 2000 of a named set, else all."""
    skip_damaged: bool = False
    """Leave out files of a folder that are no images, and say so, instead of ending with an error."""
    validation: HeldOut = 0
    """Size of the validation set, which chooses the best epoch: a number of training images, or a fraction below 1."""
    image_size: Side | None = None
    """Height and width of the network's input; if not given, as it was pretrained, or 128 for a named set."""
    fit: Literal["pad", "crop"] = "crop"
    """Whether images that are no squares are padded or cropped."""
    weights: str = "efficientnet-lite0"
    """Named weights (deepdive data list), or a checkpoint of an earlier run of this recipe, to start from."""
    mode: Literal["fine-tune", "feature-extraction"] = "fine-tune"
    """Train layers of the network as well, or only a new head on the features that the network computes."""
    frozen: FrozenGroups = 6
    """Groups of layers, of ten, that are frozen; their features of each image are computed once (fine-tune only)."""
    layer_lr_decay: PositiveFraction = 0.6
    """Learning rate of a group of layers, as a fraction of that of the group above (fine-tune only)."""
    unfreeze_every: Epochs | None = 1
    """Gradual unfreezing: epochs until one more group learns, the head first; if not given, all learn from the start
    (fine-tune only)."""
    weight_interpolation: Fraction = 0.5
    """Interpolation between the weights before (0) and after (1) fine-tuning: alpha of WiSE-FT; 1 for none."""
    mirrored: bool = False
    """Learn from the mirror image of every training image, too."""
    from_scratch: bool = False
    """Also train the same network from random weights, on the same images for as many epochs, to compare."""
    scratch_lr: LearningRate = 2e-3
    """Learning rate of the network that begins with random weights."""
    penalty: Penalty = 0.3
    """L2 penalty of the head on fixed features, which is fitted to convergence, not by the optimiser."""
    class_prior: bool = True
    """Regularise each class of the head towards its best-matching pretrained class, instead of towards zero."""
    epochs: Epochs = 2
    """Passes over the training images, and their mirror images if these are asked for."""
    batch_size: BatchSize = 32
    label_smoothing: Fraction = 0.1
    """Fraction of every target that is spread evenly over all classes."""
    schedule: ScheduleName = "slanted-triangular"
    log_every: Steps = 10
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=2e-4, weight_decay=0.01, decay_norm_and_bias=False)
    )

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", "weights")
