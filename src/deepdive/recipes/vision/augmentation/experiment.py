"""Two trainings from the same weights, in the same order of pictures; in one of them pictures are changed at random."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import nn

from deepdive.data.images import ImageDataModule, ImageSpec, ImageSplits, load_images
from deepdive.data.images.augmentation import contact_sheet
from deepdive.data.progress import Report
from deepdive.data.splits import stratified_split
from deepdive.figures import to_png, to_svg
from deepdive.files import write_atomically
from deepdive.models.vision.resnet9 import ResNet9
from deepdive.recipes.experiments.making import make_toolkit
from deepdive.recipes.experiments.sequential_runs import (
    TrainingResult,
    TrainingRun,
    checkpoints_of,
    fit_sequentially,
    records_of,
)
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.predictions import Invert, Prediction
from deepdive.recipes.vision.augmentation.figures import accuracy_curves, shown_changes
from deepdive.recipes.vision.augmentation.recipe import ComparisonSettings
from deepdive.recipes.vision.augmenting import augmentation_for, mixing_for
from deepdive.recipes.vision.classification import ImageClassification, module_of
from deepdive.recipes.vision.labelling import label_files, note_inputs, read_spec
from deepdive.recipes.vision.settings import AugmentationSettings, ImageClassificationSettings
from deepdive.toolkit import Toolkit
from deepdive.training import Classification, Run
from deepdive.training.records import Listener
from deepdive.training.report import Section, figure, join, picture, table, text

FORMS = ("plain", "augmented")
_SHOWN = 8


class AugmentationExperiment:
    """``gain`` is the test accuracy with changed pictures less that without; both networks begin alike.

    Raises:
        ValueError: a setting is out of its range, or nothing is to be changed.
    """

    def __init__(self, settings: ComparisonSettings) -> None:
        if augmentation_for(settings.augment) is None and mixing_for(settings.augment) is None:
            raise ValueError("augment asks for no change at all, so there is nothing to compare; set e.g. augment.flip")
        self.settings = settings
        self._classification = ImageClassification(settings, partial(_network, settings), load=self._load)

    def prepare(self) -> None:
        """Obtain the pictures."""
        self._classification.prepare()

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train both in turn.

        Raises:
            RunError: the pictures are not those that the run began with.
        """
        inner, source = self._classification, self.settings.data
        note_inputs(run, inner.data.spec, inner.data.pictures("train"), source=source, resume=resume)
        trainings = [TrainingRun(form, partial(self._parts, form)) for form in FORMS]
        trainer = inner.trainer
        if inner.data.pictures("val") is not None:  # the loss of a network that is too sure of itself rises early on
            trainer = replace(trainer, monitor="val_accuracy")
        self.results = fit_sequentially(trainings, trainer, run, listeners, resume=resume)
        inner.task.network.load_state_dict(self._weights(run))
        found = {f"{form}_{name}": value for form, r in self.results.items() for name, value in r.metrics.items()}
        plain, augmented = (_accuracy(self.results[form]) for form in FORMS)
        return found | {"gain": augmented - plain}

    def sections(self, run: Run) -> list[Section]:
        """Both accuracies, epoch by epoch, the contact sheet, and what every classifier's report has."""
        svg = to_svg(accuracy_curves(records_of(run, self.results)))
        write_atomically(run.folder / "curves.svg", svg)
        rows = [
            {
                "training pictures": {"plain": "as they are", "augmented": "changed at random"}[form],
                "accuracy in training": self.results[form].metrics["train_accuracy"],
                "accuracy on test pictures": _accuracy(self.results[form]),
            }
            for form in FORMS
        ]
        n = len(self._splits.train.labels)
        said = f"Both networks have learnt from the same {n:,} pictures and began with the same weights."
        compared = [text(said), table(rows), figure(svg.decode(), caption="Accuracy, epoch by epoch.")]
        sheet = [picture("What each change makes of the same training pictures.", self._sheet(run))]
        return [
            Section("With and without", join(compared)),
            Section("Changes", join(sheet)),
            *self._classification.sections(run),
        ]

    def predict(self, run: Run, files: Sequence[Path], *, invert: Invert = "auto") -> list[Prediction]:
        """Label picture files by the network that saw changed pictures."""
        spec = read_spec(run)
        network = _network(self.settings, spec, make_toolkit(self.settings.toolkit))
        network.load_state_dict(self._weights(run))
        return label_files(network, spec, files, device=self.settings.device, invert=invert)

    def _load(self, settings: ImageClassificationSettings, report: Report) -> ImageDataModule:
        """The few pictures that are learnt from, those of the validation besides, and all test pictures."""
        whole = load_images(
            settings.data,
            validation=settings.validation,
            image_size=settings.image_size,
            skip_damaged=settings.skip_damaged,
            report=report,
        )
        self._splits = _with_few(whole, self.settings.examples)
        return self._data(changed=True)

    def _data(self, *, changed: bool) -> ImageDataModule:
        settings = self.settings
        return module_of(settings if changed else replace(settings, augment=AugmentationSettings()), self._splits)

    def _parts(self, form: str) -> tuple[Classification, ImageDataModule]:
        inner = self._classification
        inner.task = inner.make_task(inner.data.spec)
        return inner.task, inner.data if form == "augmented" else self._data(changed=False)

    @staticmethod
    def _weights(run: Run) -> dict[str, Any]:
        """Of the network that saw changed pictures."""
        return trained_weights(run, checkpoints_of(run, "augmented"))

    def _sheet(self, run: Run) -> bytes:
        train = self._splits.train
        _, shown = stratified_split(train.labels, min(_SHOWN, len(train.labels) - 1))
        some = train.rows(shown)
        names = [self._splits.labels[label] for label in some.labels.tolist()]
        own = {"this run's": chain} if (chain := augmentation_for(self.settings.augment)) else {}
        changes = shown_changes(*some.images.shape[1:]) | own
        generator = torch.Generator().manual_seed(self.settings.seed)
        png = to_png(contact_sheet(some.images, changes, generator, names=names))
        write_atomically(run.folder / "contact-sheet.png", png)
        return png


def _with_few(whole: ImageDataModule, examples: int | None) -> ImageSplits:
    train, val, test = (whole.pictures(part) for part in ("train", "val", "test"))
    if train is None:
        raise RuntimeError("there are no training pictures")
    if examples is not None and examples < len(train.labels):
        train = train.rows(stratified_split(train.labels, examples)[1])
    return ImageSplits(whole.labels, train, val, test, whole.notes)


def _accuracy(result: TrainingResult) -> float:
    """On test pictures, or on what there is instead."""
    return next(
        result.metrics[f"{part}_accuracy"] for part in ("test", "val", "train") if f"{part}_accuracy" in result.metrics
    )


def _network(settings: ComparisonSettings, spec: ImageSpec, toolkit: Toolkit) -> nn.Module:
    return ResNet9(len(spec.labels), spec.channels, widths=settings.widths, residuals=settings.residuals, nn=toolkit)
