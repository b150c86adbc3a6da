"""Any network that classifies images: data, task, a grid of predictions."""

from collections.abc import Sequence
from typing import Any, TypeVar

import torch
from torch import nn

from deepdive.data.images import ImageDataModule, ImageSet, ImageSpec, grid
from deepdive.data.parts import Part
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS
from deepdive.files import write_atomically
from deepdive.recipes.experiments import SupervisedExperiment, make_classification_loss
from deepdive.recipes.experiments.network_sections import gradient_section, network_section, task_section
from deepdive.recipes.reports import Evaluation
from deepdive.recipes.vision.augmenting import make_augmentation, make_mixing
from deepdive.recipes.vision.evaluating import image_evaluation
from deepdive.recipes.vision.labelling import ImageExperiment, LabelsImages, predict_probabilities, titles_of
from deepdive.recipes.vision.settings import ImageClassificationSettings
from deepdive.training import Classification, Run
from deepdive.training.listeners import to_png
from deepdive.training.report import Section, join, png_image, text

_FLOW_ROWS = 64
_SHOWN = 32

SettingsT = TypeVar("SettingsT", bound=ImageClassificationSettings)


class ImageClassification(
    LabelsImages[SettingsT], ImageExperiment[SettingsT], SupervisedExperiment[SettingsT, ImageDataModule, ImageSpec]
):
    """Fit a network to labelled images, and label new ones.

    Args:
        settings: what the user chose; their ``network(metadata, nn)`` makes the network.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: SettingsT) -> None:
        super().__init__(settings)
        self.loss = make_classification_loss(settings.toolkit, settings.label_smoothing)

    @property
    def images(self) -> ImageDataModule:
        """Those of the data."""
        return self.data

    @property
    def augmented(self) -> dict[str, Any]:
        """The random changes of training images that are asked for."""
        augment = self.settings.augment
        return {"augment": make_augmentation(augment), "mix": make_mixing(augment)}

    def batches(self) -> dict[str, Any]:
        """Those of the training set are augmented if so asked."""
        return super().batches() | self.augmented

    def load(self, report: Report) -> None:
        """The images; one's own are mirrored only if so asked: of letters and left hands it makes something else."""
        if self.settings.data not in DATASETS:
            self.suit("images of your own", augment__flip=False)
        super().load(report)

    def load_data(self, report: Report) -> ImageDataModule:
        """The images of the named data set, folder or archive."""
        return self.load_images(report)

    def make_task(self, network: nn.Module) -> Classification:
        """Cross-entropy, and accuracy."""
        return Classification(network, loss=self.loss, optimizer=self.optimizer, schedule=self.schedule)

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """Class probabilities of the test images, or of those of the validation set where there are none."""
        part: Part = "test" if self.data.image_set("test") is not None else "val"
        images, train = self.data.image_set(part), self.data.image_set("train")
        if images is None or train is None:
            return ()
        return [
            image_evaluation(
                run, self.task.network, self.data.spec, train, images, part=part, device=self.settings.device
            )
        ]

    def shown(self) -> ImageSet | None:
        """The images whose predictions the report shows: those of the test set, or what there is instead."""
        return self.data.image_set("test") or self.data.image_set("val") or self.data.image_set("train")

    def sections(self, run: Run) -> list[Section]:
        """Test images with their predictions, the network, its gradients, the task."""
        network = self.task.network
        spec = self.data.spec
        example = torch.empty(1, spec.channels, spec.height, spec.width, device="meta")
        return [
            *self._predictions(run),
            network_section(network, example),
            *self._gradients(),
            task_section(self.task),
        ]

    def _gradients(self) -> list[Section]:
        images = self.data.image_set("train")
        if images is None:
            return []
        number = len(images.labels)
        few = images.rows(torch.linspace(0, number - 1, min(_FLOW_ROWS, number)).long())  # files come class by class
        batch = self.data.spec.to_float(few.images), few.labels
        return [gradient_section(self.task.network.eval(), batch, self.loss)]

    def _predictions(self, run: Run) -> list[Section]:
        images = self.shown()
        if images is None:
            return []
        rows = torch.linspace(0, len(images.labels) - 1, min(_SHOWN, len(images.labels))).long()  # of all classes
        few, spec = images.rows(rows), self.data.spec
        probabilities = predict_probabilities(self.task.network, spec, few.images, device=self.settings.device)
        wrong = probabilities.argmax(dim=1) != few.labels
        png = to_png(grid(few.images, titles_of(probabilities, few, spec.labels), marked=wrong.tolist()))
        write_atomically(run.folder / "predictions.png", png)
        caption = "Test images; wrong labels are marked."
        return [Section("Predictions", join([png_image(caption, png), text(*self.data.notes)]))]
