"""What experiments on labelled images share, whatever they learn from them."""

from abc import abstractmethod
from collections.abc import Iterable
from typing import Any, TypeVar

from torch import Tensor

from deepdive.data.images import ImageDataModule, ImageSpec, ImageSplits, load_images
from deepdive.data.progress import Report
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.vision.settings import ImageSettings

SettingsT = TypeVar("SettingsT", bound=ImageSettings)


class ImageExperiment(Experiment[SettingsT]):
    """Learns from the images of a named data set, a folder or an archive. To fill in: `images`."""

    data_name = "the images"
    metadata_type = ImageSpec

    @property
    @abstractmethod
    def images(self) -> ImageDataModule:
        """What has been loaded."""

    def batches(self) -> dict[str, Any]:
        """How a data module makes batches of the images."""
        settings, side = self.settings, self.settings.image_size
        return {
            "batch_size": settings.batch_size,
            "validation": settings.validation,
            "seed": settings.seed,
            "image_size": None if side is None else (side, side),
            "normalize": settings.normalize,
        }

    def load_images(self, report: Report, **changes: Any) -> ImageDataModule:
        """The images of the settings, in batches as they say but for the ``changes``."""
        settings, how = self.settings, self.batches() | changes
        return load_images(settings.data, skip_damaged=settings.skip_damaged, report=report, **how)

    def in_batches(self, splits: ImageSplits, **changes: Any) -> ImageDataModule:
        """Images that are read already, in batches as the settings say but for the ``changes``."""
        return ImageDataModule(lambda: splits, **self.batches() | changes)

    def notes(self) -> Iterable[str]:
        """Those of the images."""
        return self.images.notes

    def metadata(self) -> ImageSpec:
        """Size, channels, statistics and labels of the images."""
        return self.images.spec

    def fingerprint(self) -> Iterable[Tensor]:
        """The training images and their labels."""
        train = self.images.pictures("train")
        return () if train is None else (train.images, train.labels)
