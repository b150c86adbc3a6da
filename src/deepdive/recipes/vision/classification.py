"""Any network that classifies pictures, as an experiment: data, task, trainer, a grid of predictions, `predict`."""

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TypeVar

import torch
from torch import Tensor, nn

from deepdive.data.images import ImageDataModule, ImageSpec, grid, load_images
from deepdive.data.progress import Report
from deepdive.files import write_atomically
from deepdive.names import label
from deepdive.recipes.experiments import SupervisedExperiment, make_classification_loss
from deepdive.recipes.experiments.network_sections import gradient_section, network_section
from deepdive.recipes.predictions import Invert, Prediction
from deepdive.recipes.vision.augmenting import augmentation_for, mixing_for
from deepdive.recipes.vision.labelling import label_files, probabilities
from deepdive.recipes.vision.settings import ImageClassificationSettings
from deepdive.training import Classification, Run
from deepdive.training.listeners import to_png
from deepdive.training.report import Section, join, pairs, picture, text

_FLOW_ROWS = 64
_SHOWN = 32

SettingsT = TypeVar("SettingsT", bound=ImageClassificationSettings)


class ImageClassification(SupervisedExperiment[SettingsT, ImageDataModule, ImageSpec]):
    """Fit a network to labelled images, and label new ones.

    Args:
        settings: what the user chose; their ``network(metadata, nn)`` makes the network.

    Raises:
        ValueError: a setting is out of its range.
    """

    metadata_type = ImageSpec
    data_name = "the images"

    def __init__(self, settings: SettingsT) -> None:
        super().__init__(settings)
        self.loss = make_classification_loss(settings.toolkit, settings.label_smoothing)
        self.augment = augmentation_for(settings.augment)
        self.mix = mixing_for(settings.augment)

    def load_data(self, report: Report) -> ImageDataModule:
        """The images of the named data set, folder or archive, those of the training set augmented if so asked."""
        settings = self.settings
        return load_images(
            settings.data,
            batch_size=settings.batch_size,
            validation=settings.validation,
            seed=settings.seed,
            image_size=settings.image_size,
            skip_damaged=settings.skip_damaged,
            normalize=settings.normalize,
            augment=self.augment,
            mix=self.mix,
            report=report,
        )

    def notes(self) -> Iterable[str]:
        """Those of the data."""
        return self.data.notes

    def metadata(self) -> ImageSpec:
        """Size, channels, statistics and labels of the images."""
        return self.data.spec

    def fingerprint(self) -> Iterable[Tensor]:
        """The training images and their labels."""
        train = self.data.pictures("train")
        return () if train is None else (train.images, train.labels)

    def make_task(self, network: nn.Module) -> Classification:
        """Cross-entropy, and accuracy."""
        return Classification(network, loss=self.loss, optimizer=self.optimizer, schedule=self.schedule)

    def sections(self, run: Run) -> list[Section]:
        """The network, the task's hyperparameters, and test pictures with what the network says of them."""
        network = self.task.network
        spec = self.data.spec
        example = torch.empty(1, spec.channels, spec.height, spec.width, device="meta")
        kept = {name: str(value) for name, value in self.task.hyperparameters.items() if value is not network}
        return [
            *self._predictions(run),
            network_section(network, example),
            *self._gradients(),
            Section("Task", pairs({"kind": type(self.task).__name__} | kept)),
        ]

    def _gradients(self) -> list[Section]:
        pictures = self.data.pictures("train")
        if pictures is None:
            return []
        few = pictures.rows(torch.arange(min(_FLOW_ROWS, len(pictures.labels))))
        batch = self.data.spec.to_float(few.images), few.labels
        return [gradient_section(self.task.network.eval(), batch, self.task.loss)]

    def _predictions(self, run: Run) -> list[Section]:
        pictures = self.data.pictures("test") or self.data.pictures("val") or self.data.pictures("train")
        if pictures is None:
            return []
        shown = torch.linspace(0, len(pictures.labels) - 1, min(_SHOWN, len(pictures.labels))).long()  # of all classes
        images, truth = pictures.images[shown], pictures.labels[shown].tolist()
        chances, guesses = probabilities(self.task.network, self.data.spec, images, device=self.settings.device).max(
            dim=1
        )
        names = [label(name, 24) for name in self.data.labels]
        titles = [
            f"{names[guess]} {chance:.0%}" + ("" if guess == true else f"\nnot {names[true]}")
            for guess, chance, true in zip(guesses.tolist(), chances.tolist(), truth, strict=True)
        ]
        png = to_png(grid(images, titles, marked=[guess != true for guess, true in zip(guesses, truth, strict=True)]))
        write_atomically(run.folder / "predictions.png", png)
        caption = "Test pictures; wrong labels are marked."
        return [Section("Predictions", join([picture(caption, png), text(*self.data.notes)]))]

    def predict(
        self, network: nn.Module, metadata: ImageSpec, files: Sequence[Path], *, invert: Invert = "auto"
    ) -> list[Prediction]:
        """Label image files.

        Args:
            network: the trained network.
            metadata: what the training images looked like.
            files: images, or folders of them.
            invert: Swap light and dark; auto: if the background is unlike that of the training images.
        """
        return label_files(network, metadata, files, device=self.settings.device, invert=invert)
