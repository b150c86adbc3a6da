"""From a folder of images to a submission, as in a competition (D2L 14.13)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges.types import BatchSize, Epochs, Fraction, HeldOut
from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import AugmentationSettings, ImageClassificationSettings, accuracies, nesterov

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "image-folder",
    chapter=14,
    section="14.13",
    title="Folder of images to a submission",
    data="cifar10",
    experiment="deepdive.recipes.vision.image_folder_experiment:ImageFolderExperiment",
    targets=accuracies(smoke=0.15, book=0.90, quick=0.70),
    presets={
        "smoke": {"epochs": 1, "steps": 20, "batch_size": 64, "log_every": 10, "architecture": "lenet"},
        "quick": {},
        "book": {
            "architecture": "resnet18",
            "epochs": 20,
            "batch_size": 128,
            "augment": {"crop": 4},
            "optimizer": {"lr": 0.1},
        },
    },
    keywords=(
        "classify",
        "classification",
        "images",
        "image",
        "photos",
        "photographs",
        "folder",
        "kaggle",
        "submission",
        "resnet18",
    ),
)
@dataclass(frozen=True)
class ImageFolderSettings(ImageClassificationSettings):
    """Where a competition's images are, what is learnt from them, and what the submission holds."""

    data: str = "cifar10"
    """A folder (or archive) of one folder per class, or of train images, a labels.csv and test images."""
    labels: str | None = None
    """Table (CSV) of the names of training images and their classes; found in the folder by its name if not given."""
    test: str | None = None
    """Folder or archive of the images to be labelled; found in the folder by its name if not given."""
    submission: Literal["labels", "probabilities"] = "labels"
    """Content of submission.csv for each test image: its class, or the probability of every class."""
    refit: bool = False
    """Train once more, on all images including the validation set, for the submission."""
    architecture: Literal["resnet9", "resnet18", "resnet34", "lenet"] = "resnet9"
    """Architecture of the network; the larger ones are for hours, or for a GPU."""
    fit: Literal["pad", "crop"] = "pad"
    """Whether images of other proportions than the image size are padded or cropped."""
    validation: HeldOut = 0.1
    epochs: Epochs = 3
    batch_size: BatchSize = 256
    label_smoothing: Fraction = 0.1
    augment: AugmentationSettings = field(default_factory=lambda: AugmentationSettings(flip=True, crop=2))
    optimizer: OptimizerSettings = field(default_factory=lambda: nesterov(lr=0.2))

    def _settle(self) -> None:
        super()._settle()
        for name in ("labels", "test"):  # so that a run can be resumed from anywhere
            value = getattr(self, name)
            if value is not None and Path(value).exists():
                object.__setattr__(self, name, str(Path(value).resolve()))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        classes, channels, size = len(metadata.labels), metadata.channels, (metadata.height, metadata.width)
        if self.architecture == "resnet9":
            from deepdive.models.vision.residual.resnet9 import ResNet9

            return ResNet9(classes, channels, widths=(16, 64, 128, 128), nn=nn)
        if self.architecture == "lenet":
            from deepdive.models.vision.lenet import LeNet

            return LeNet(classes, channels, image_size=size, modern=True, nn=nn)
        from deepdive.models.vision.residual.resnet import resnet18, resnet34

        make = resnet18 if self.architecture == "resnet18" else resnet34
        return make(classes, channels, stem="small" if max(size) <= 64 else "imagenet", nn=nn)
