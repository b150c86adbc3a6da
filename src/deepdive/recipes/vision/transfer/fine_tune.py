"""Learning from few pictures with a network that knows photographs already (textbook section 14.2)."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

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
    title="EfficientNet-Lite0, pretrained on ImageNet, on pictures of one's own",
    data="cifar10",
    experiment="deepdive.recipes.vision.transfer.experiment:FineTuneExperiment",
    targets=(
        Target("test_accuracy", 0.35, when={"preset": "smoke"}),
        Target("test_accuracy", 0.9, when={"preset": "book"}),
        Target("test_accuracy", 0.7, when={"mode": "feature-extraction"}),
        Target("test_accuracy", 0.7),
    ),
    presets={
        "smoke": {"train_pictures": 100, "test_pictures": 100, "image_size": 64, "epochs": 2, "log_every": 2},
        "quick": {},
        "book": {
            "train_pictures": 0,
            "test_pictures": 0,
            "image_size": 224,
            "frozen": 0,
            "tuned": 1.0,
            "epochs": 5,
            "batch_size": 128,
            "optimizer": {"lr": 1e-3},
        },
    },
)
@dataclass(frozen=True)
class FineTuneSettings(TrainingSettings):
    """Whose pictures, which weights, and which of them learn."""

    data: str = "cifar10"
    """A folder or archive with one sub-folder of pictures per class, or a named data set (deepdive data list)."""
    train_pictures: CountOrNone | None = None
    """Learn from at most so many, the same share of every class; if not given, from 1000 of a named set, else all."""
    test_pictures: CountOrNone | None = None
    """Test on at most so many; if not given, on 2000 of a named set, else on all."""
    skip_damaged: bool = False
    """Leave out files of a folder that are no pictures, and say so, instead of ending with an error."""
    validation: HeldOut = 0
    """Training pictures held out to choose the best epoch, or which share below 1; with 0 all are learnt from."""
    image_size: Side | None = None
    """Height and width of what the network gets; if not given, as it was pretrained, or 128 for a named set."""
    fit: Literal["pad", "crop"] = "crop"
    """Whether pictures that are no squares are padded or cut."""
    weights: str = "efficientnet-lite0"
    """Named weights (deepdive data list), or a checkpoint of an earlier run of this recipe, to start from."""
    mode: Literal["fine-tune", "feature-extraction"] = "fine-tune"
    """Train layers of the network as well, or only a new head on what the network makes of the pictures."""
    frozen: FrozenGroups = 6
    """Groups of layers, of ten, that stay as they are; what they make of each picture is computed once (fine-tune)."""
    decay: PositiveFraction = 0.6
    """Learning rate of a group, as a share of that of the group above (fine-tune)."""
    unfreeze_every: Epochs | None = 1
    """Epochs until one more group learns, the head first; if not given, all learn from the beginning (fine-tune)."""
    tuned: Fraction = 0.5
    """Share of the fine-tuned weights in those that are kept; the rest is what they began with; 1 for no such mean."""
    mirrored: bool = True
    """Learn from the mirror image of every picture, too."""
    from_scratch: bool = True
    """Also train the same network from random weights, on the same pictures, as often, to compare."""
    scratch_lr: LearningRate = 2e-3
    """Learning rate from random weights, which have a longer way to go."""
    penalty: Penalty = 0.25
    """Of the squared weights of a head on fixed features, which is fitted at once; the optimiser is for the rest."""
    known: bool = True
    """Whether the penalty spares, for each new class, what the pretrained class that tells it best looks at."""
    epochs: Epochs = 4
    """Passes over the pictures and their mirror images."""
    batch_size: BatchSize = 32
    label_smoothing: Fraction = 0.1
    """Share of every target that is spread evenly over all classes."""
    schedule: Literal["constant", "one-cycle", "cosine", "step", "slanted-triangular"] = "slanted-triangular"
    log_every: Steps = 10
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=1e-4, weight_decay=0.01, decay_norm_and_bias=False)
    )

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", "weights")
