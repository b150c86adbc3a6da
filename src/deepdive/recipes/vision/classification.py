"""Any network that classifies pictures, as an experiment: data, task, trainer, a grid of predictions, `predict`."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import nn

from deepdive.data.images import ImageDataModule, ImageSpec, ImageSplits, grid, load_images
from deepdive.data.progress import Report, progress_bars
from deepdive.files import write_atomically
from deepdive.names import label, tell
from deepdive.recipes.experiment import Invert, Prediction
from deepdive.recipes.networks import gradient_section, network_section
from deepdive.recipes.runner import trained_weights
from deepdive.recipes.training import classification_loss, optimizer_for, schedule_for, toolkit_named, trainer_for
from deepdive.recipes.vision.augmenting import augmentation_for, mixing_for
from deepdive.recipes.vision.labelling import label_files, note_inputs, probabilities, read_spec
from deepdive.recipes.vision.settings import ImageClassificationSettings
from deepdive.toolkit import Toolkit
from deepdive.training import Classification, Run, choose_device, seed_everything
from deepdive.training.listeners import to_png
from deepdive.training.records import Listener
from deepdive.training.report import Section, join, pairs, picture, text

_FLOW_ROWS = 64
_SHOWN = 32

MakeNetwork = Callable[[ImageSpec, Toolkit], nn.Module]
"""A network for pictures of this form, out of the parts of this toolkit."""


LoadPictures = Callable[[ImageClassificationSettings, Report], ImageDataModule]
"""The pictures that settings speak of; the report is told how far it is."""


def load_pictures(settings: ImageClassificationSettings, report: Report) -> ImageDataModule:
    """The pictures of the named data set, folder or archive, those of the training changed at random if so asked."""
    return load_images(
        settings.data,
        batch_size=settings.batch_size,
        validation=settings.validation,
        seed=settings.seed,
        image_size=settings.image_size,
        skip_damaged=settings.skip_damaged,
        normalize=settings.normalize,
        augment=augmentation_for(settings.augment),
        mix=mixing_for(settings.augment),
        report=report,
    )


def module_of(settings: ImageClassificationSettings, splits: ImageSplits) -> ImageDataModule:
    """Pictures that are read already, in batches as settings say."""
    side = settings.image_size
    return ImageDataModule(
        lambda: splits,
        batch_size=settings.batch_size,
        validation=settings.validation,
        seed=settings.seed,
        image_size=None if side is None else (side, side),
        normalize=settings.normalize,
        augment=augmentation_for(settings.augment),
        mix=mixing_for(settings.augment),
    )


class ImageClassification:
    """Fit a network to labelled pictures, and label new ones.

    Args:
        settings: what the user chose.
        network: makes the network once the form of the pictures is known.
        load: gets the pictures.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(
        self, settings: ImageClassificationSettings, network: MakeNetwork, *, load: LoadPictures = load_pictures
    ) -> None:
        self.settings = settings
        self._load = load
        self._make_network = network
        self.trainer = trainer_for(settings)
        self._optimizer = optimizer_for(settings.optimizer, settings.toolkit)
        self._loss = classification_loss(settings.toolkit, settings.label_smoothing)
        augmentation_for(settings.augment)
        mixing_for(settings.augment)
        choose_device(settings.device)

    def prepare(self) -> None:
        """Obtain the pictures and make the task."""
        settings = self.settings
        with progress_bars() as report:
            self.data = self._load(settings, report)
            self.data.prepare()
        for note in self.data.notes:
            tell(f"note: {note}")
        self.task = self.make_task(self.data.spec)

    def make_task(self, spec: ImageSpec) -> Classification:
        """A task with a new network, whose first weights come from the seed alone."""
        settings = self.settings
        seed_everything(settings.seed)
        return Classification(
            self._network(spec), loss=self._loss, optimizer=self._optimizer, schedule=schedule_for(settings)
        )

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder, which then also knows what the pictures look like.

        Raises:
            RunError: the pictures are not those that the run began with.
        """
        note_inputs(run, self.data.spec, self.data.pictures("train"), source=self.settings.data, resume=resume)
        return self.trainer.fit(self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume)

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
        number = len(pictures.labels)
        few = pictures.rows(torch.linspace(0, number - 1, min(_FLOW_ROWS, number)).long())  # files come class by class
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

    def predict(self, run: Run, files: Sequence[Path], *, invert: Invert = "auto") -> list[Prediction]:
        """Label picture files."""
        spec = read_spec(run)
        network = self._network(spec)
        network.load_state_dict(trained_weights(run))
        return label_files(network, spec, files, device=self.settings.device, invert=invert)

    def _network(self, spec: ImageSpec) -> nn.Module:
        return self._make_network(spec, toolkit_named(self.settings.toolkit))
