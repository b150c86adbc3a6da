"""What experiments on labelled images have in common: loading, class probabilities, labels for new images."""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, TypeVar

import torch
from torch import Tensor, nn

from deepdive.data.images import ImageDataModule, ImageSet, ImageSpec, ImageSplits, load_images, read_image
from deepdive.data.images.decode import Fit
from deepdive.data.images.memory import png_of
from deepdive.data.progress import Report
from deepdive.names import label
from deepdive.recipes.experiments import Experiment
from deepdive.recipes.given.example import Example
from deepdive.recipes.given.images import GivenImage, TakesImages, all_images, decoding_of
from deepdive.recipes.predictions import Invert, Prediction
from deepdive.recipes.settings import TrainingSettings
from deepdive.recipes.vision.settings import ImageSettings
from deepdive.training import Run, choose_device

_ROWS = 256
SettingsT = TypeVar("SettingsT", bound=TrainingSettings)
ImageSettingsT = TypeVar("ImageSettingsT", bound=ImageSettings)


class ImageExperiment(Experiment[ImageSettingsT]):
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
        settings = self.settings

        def read(**how: Any) -> ImageDataModule:
            return load_images(settings.data, skip_damaged=settings.skip_damaged, report=report, **how)

        if not self.left_open:
            return read(**self.batches() | changes)
        splits = read(validation=0, image_size=self.batches()["image_size"]).splits
        if splits.val is None:
            self.suit_size("validation", len(splits.train.labels), "training images")
        return self.in_batches(splits, **changes)

    def in_batches(self, splits: ImageSplits, **changes: Any) -> ImageDataModule:
        """Images that are read already, in batches as the settings say but for the ``changes``."""
        return ImageDataModule(lambda: splits, **self.batches() | changes)

    def notes(self) -> Iterable[str]:
        """Those of the images."""
        return self.images.notes

    def metadata(self) -> ImageSpec:
        """Size, channels, statistics and labels of the images."""
        return self.images.spec

    def found_settings(self) -> dict[str, Any]:
        """The size of the images."""
        return {"image_size": [self.images.spec.height, self.images.spec.width]}

    def fingerprint(self) -> Iterable[Tensor]:
        """The images of every part and their labels."""
        return self.images.tensors

    def example(self, run: Run) -> Example | None:
        """One of the test images."""
        return image_example(run, self.images)


class LabelsImages(TakesImages, Experiment[SettingsT]):
    """Labels new images by the network that `restore` gives."""

    keeps_networks = True
    resize_mode: Fit = "pad"
    """Whether new images of other proportions are padded or cropped."""

    def predict(
        self, network: nn.Module, metadata: ImageSpec, files: Sequence[Path | GivenImage], *, invert: Invert = "auto"
    ) -> list[Prediction]:
        """Label images.

        Args:
            network: the trained network.
            metadata: what the training images looked like.
            files: images, or folders and archives of them.
            invert: Swap light and dark; auto: if the background is unlike that of the training images.
        """
        device, fit = self.settings.device, self.resize_mode
        return label_files(network, metadata, files, device=device, invert=invert, fit=fit)


def predict_probabilities(network: nn.Module, spec: ImageSpec, images: Tensor, *, device: str) -> Tensor:
    """Softmax of the network's logits for byte images, in evaluation mode, on the processor."""
    place = choose_device(device)
    network = network.to(place).eval()
    with torch.inference_mode():
        return torch.cat([network(spec.to_float(some.to(place))).softmax(dim=1).cpu() for some in images.split(_ROWS)])


def label_files(
    network: nn.Module,
    spec: ImageSpec,
    files: Sequence[Path | GivenImage],
    *,
    device: str,
    invert: Invert,
    fit: Fit = "pad",
) -> list[Prediction]:
    """Label images, of a folder or an archive all that it holds: the probabilities of all classes."""
    images = all_images(files)
    if not images:
        return []
    read = [read_image(spec=spec, invert=invert, fit=fit, **decoding_of(each)) for each in images]
    probabilities = predict_probabilities(network, spec, torch.stack([image for image, _ in read]), device=device)
    predictions = []
    for image, (_, notes), row in zip(images, read, probabilities, strict=True):
        top = row.sort(descending=True, stable=True)
        ranked = {spec.labels[i]: round(p, 6) for p, i in zip(top.values.tolist(), top.indices.tolist(), strict=True)}
        best = next(iter(ranked))
        predictions.append(Prediction(image.path, best, ranked.pop(best), ranked, tuple(notes)))
    return predictions


def image_example(run: Run, images: ImageDataModule | ImageSet) -> Example | None:
    """The first of the test images, or of what there is instead, as a file of the run."""
    found = images
    if isinstance(found, ImageDataModule):
        parts = (found.image_set(part) for part in ("test", "val", "train"))
        found = next((part for part in parts if part is not None and len(part.labels)), None)
    return None if found is None else Example.written(run.folder, "example.png", png_of(found.images[0]))


def titles_of(probabilities: Tensor, images: ImageSet, labels: Sequence[str], *, percent: bool = True) -> list[str]:
    """Of each image the most likely class, and below it the true one where it is another."""
    names = [label(name, 24) for name in labels]
    best, titles = probabilities.max(dim=1), []
    for p, guess, true in zip(best.values.tolist(), best.indices.tolist(), images.labels.tolist(), strict=True):
        likely = f"{names[guess]} {p:.0%}" if percent else names[guess]
        titles.append(likely if guess == true else f"{likely}\nnot {names[true]}")
    return titles
