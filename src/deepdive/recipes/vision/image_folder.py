"""From a folder of pictures to a submission, as in a competition (textbook section 14.13)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from deepdive.recipes.ranges.types import BatchSize, Epochs, Fraction, HeldOut
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import AugmentationSettings, ImageClassificationSettings


@recipe(
    "image-folder",
    chapter=14,
    section="14.13",
    title="From a folder of pictures to a submission",
    data="cifar10",
    experiment="deepdive.recipes.vision.image_folder_experiment:ImageFolderExperiment",
    targets=(
        Target("test_accuracy", 0.15, when={"preset": "smoke"}),
        Target("test_accuracy", 0.90, when={"preset": "book"}),
        Target("test_accuracy", 0.70),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 20, "batch_size": 64, "log_every": 10, "network": "lenet"},
        "quick": {},
        "book": {
            "network": "resnet18",
            "epochs": 20,
            "batch_size": 128,
            "augment": {"crop": 4},
            "optimizer": {"lr": 0.1},
        },
    },
)
@dataclass(frozen=True)
class ImageFolderSettings(ImageClassificationSettings):
    """Where a competition's pictures are, what is learnt from them, and what the submission holds."""

    data: str = "cifar10"
    """A folder (or archive) of one folder per class, or of train pictures, a labels.csv and test pictures."""
    labels: str | None = None
    """Table (CSV) of the names of training pictures and their classes; found in the folder by its name if not given."""
    test: str | None = None
    """Folder or archive of the pictures to be labelled; found in the folder by its name if not given."""
    submission: Literal["labels", "probabilities"] = "labels"
    """What submission.csv says of each test picture: its class, or the probability of every class."""
    refit: bool = False
    """Train once more, on all pictures, validation included, for the submission."""
    network: Literal["resnet9", "resnet18", "resnet34", "lenet"] = "resnet9"
    """Which network; the larger ones are for hours, or for a graphics card."""
    fit: Literal["pad", "crop"] = "pad"
    """Whether pictures of other proportions than the image size are padded or cut."""
    validation: HeldOut = 0.1
    epochs: Epochs = 3
    batch_size: BatchSize = 256
    label_smoothing: Fraction = 0.1
    augment: AugmentationSettings = field(default_factory=lambda: AugmentationSettings(flip=True, crop=2))
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings(
            "sgd", lr=0.2, momentum=0.9, nesterov=True, weight_decay=5e-4, decay_norm_and_bias=False
        )
    )

    def _settle(self) -> None:
        super()._settle()
        for name in ("labels", "test"):  # so that a run can be resumed from anywhere
            value = getattr(self, name)
            if value is not None and Path(value).exists():
                object.__setattr__(self, name, str(Path(value).resolve()))
