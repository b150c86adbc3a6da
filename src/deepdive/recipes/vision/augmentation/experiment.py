"""Two training runs from the same weights, in the same order of images; in one of them images are augmented."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch

from deepdive.data.images import ImageDataModule, ImageSplits
from deepdive.data.images.augmentation import contact_sheet
from deepdive.data.progress import Report
from deepdive.data.splits import stratified_split
from deepdive.figures import to_png, to_svg
from deepdive.files import write_atomically
from deepdive.recipes.experiments import TrainingResult, TrainingRun
from deepdive.recipes.experiments.inputs import trained_weights
from deepdive.recipes.experiments.sequential_runs import checkpoints_of, fit_sequentially, records_of
from deepdive.recipes.vision.augmentation.figures import accuracy_curves, shown_changes
from deepdive.recipes.vision.augmentation.recipe import ComparisonSettings
from deepdive.recipes.vision.classification import ImageClassification
from deepdive.training import Run, Task
from deepdive.training.records import Listener
from deepdive.training.report import Section, figure, join, png_image, table, text

FORMS = {"plain": "as they are", "augmented": "augmented"}
_SHOWN = 8


class AugmentationExperiment(ImageClassification[ComparisonSettings]):
    """``gain`` is the test accuracy with augmentation less that without; both networks begin alike.

    Raises:
        ValueError: a setting is out of its range, or no augmentation is asked for.
    """

    def __init__(self, settings: ComparisonSettings) -> None:
        super().__init__(settings)
        if all(change is None for change in self.augmented.values()):
            raise ValueError("augment asks for no change at all, so there is nothing to compare; set e.g. augment.flip")

    def load_data(self, report: Report) -> ImageDataModule:
        """The few images that are learnt from, the validation set, and all test images."""
        self.splits = _with_few(self.load_images(report), self.settings.examples)
        return self.in_batches(self.splits)

    def parts(self, form: str) -> tuple[Task, ImageDataModule]:
        """A new network in its task, and the data, augmented or not."""
        self.build()
        return self.task, self.data if form == "augmented" else self.in_batches(self.splits, augment=None, mix=None)

    def train(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train both in turn."""
        trainer = self.trainer
        if self.data.image_set("val") is not None:  # the loss of a network that is too sure of itself rises early on
            trainer = replace(trainer, monitor="val_accuracy")
        training_runs = [TrainingRun(form, partial(self.parts, form)) for form in FORMS]
        self.results = fit_sequentially(training_runs, trainer, run, listeners, resume=resume)
        self.model.load_state_dict(self.state_dict_of(run))
        metrics = {f"{form}_{name}": value for form, r in self.results.items() for name, value in r.metrics.items()}
        plain, augmented = (_accuracy(self.results[form]) for form in FORMS)
        return metrics | {"gain": augmented - plain}

    def state_dict_of(self, run: Run) -> dict[str, Any]:
        """Of the network that saw augmented images."""
        return trained_weights(run, checkpoints_of(run, "augmented"))

    def sections(self, run: Run) -> list[Section]:
        """Both accuracies, epoch by epoch, the contact sheet, and what every classifier's report has."""
        svg = to_svg(accuracy_curves(records_of(run, self.results)))
        write_atomically(run.folder / "curves.svg", svg)
        rows = [
            {
                "training images": FORMS[form],
                "training accuracy": result.metrics["train_accuracy"],
                "test accuracy": _accuracy(result),
            }
            for form, result in self.results.items()
        ]
        n = len(self.splits.train.labels)
        words = f"Both networks have learnt from the same {n:,} images and began with the same weights."
        compared = [text(words), table(rows), figure(svg.decode(), caption="Accuracy, epoch by epoch.")]
        sheet = png_image("What each change makes of the same training images.", self._sheet(run))
        return [Section("With and without", join(compared)), Section("Changes", sheet), *super().sections(run)]

    def _sheet(self, run: Run) -> bytes:
        train = self.splits.train
        _, shown = stratified_split(train.labels, min(_SHOWN, len(train.labels) - 1))
        some = train.rows(shown)
        names = [self.splits.labels[label] for label in some.labels.tolist()]
        own = {"this run's": chain} if (chain := self.augmented["augment"]) else {}
        changes = shown_changes(*some.images.shape[1:]) | own
        generator = torch.Generator().manual_seed(self.settings.seed)
        png = to_png(contact_sheet(some.images, changes, generator, names=names))
        write_atomically(run.folder / "contact-sheet.png", png)
        return png


def _with_few(whole: ImageDataModule, examples: int | None) -> ImageSplits:
    train, val, test = (whole.image_set(part) for part in ("train", "val", "test"))
    if train is None:
        raise RuntimeError("there are no training images")
    if examples is not None and examples < len(train.labels):
        train = train.rows(stratified_split(train.labels, examples)[1])
    return ImageSplits(whole.labels, train, val, test, whole.notes)


def _accuracy(result: TrainingResult) -> float:
    """On test images, or on what there is instead."""
    return next(
        result.metrics[f"{part}_accuracy"] for part in ("test", "val", "train") if f"{part}_accuracy" in result.metrics
    )
