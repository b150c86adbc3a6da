"""Competition style, end to end: train, choose the best epoch, train again on all if asked, label the test pictures."""

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, cast

from torch import Tensor, nn

from deepdive.data.images import ImageDataModule, ImageSpec
from deepdive.data.progress import Report, progress_bars
from deepdive.files import write_atomically
from deepdive.names import tell
from deepdive.recipes.experiments.making import make_toolkit
from deepdive.recipes.experiments.sequential_runs import TrainingRun, checkpoints_of, fit_sequentially
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.predictions import Invert, Prediction, to_csv
from deepdive.recipes.vision.classification import ImageClassification, module_of
from deepdive.recipes.vision.image_folder import ImageFolderSettings
from deepdive.recipes.vision.image_folder_pictures import Competition, read_competition, read_unlabelled
from deepdive.recipes.vision.labelling import label_files, note_inputs, probabilities, read_spec
from deepdive.recipes.vision.settings import ImageClassificationSettings
from deepdive.toolkit import Toolkit
from deepdive.training import Run
from deepdive.training.records import Listener
from deepdive.training.report import Section, join, table, text

_SHOWN = 20


class ImageFolderExperiment:
    """Learn from labelled pictures; write ``submission.csv`` for those without labels.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: ImageFolderSettings) -> None:
        self.settings = settings
        self._classification = ImageClassification(settings, partial(_network, settings), load=self._load)
        self._competition: Competition | None = None

    @property
    def data(self) -> ImageDataModule:
        """The labelled pictures, once they are prepared."""
        return self._classification.data

    def prepare(self) -> None:
        """Obtain all pictures, those to be labelled as well: what is wrong with them is told before the training."""
        self._classification.prepare()
        with progress_bars() as report:
            self.unlabelled = read_unlabelled(self._found(), self.data, self.settings, report)
        for note in () if self.unlabelled is None else self.unlabelled.notes:
            tell(f"note: {note}")
        if self.unlabelled is None:
            tell("note: there are no test pictures, so no submission is written; name some with --test")

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder.

        Raises:
            RunError: the pictures are not those that the run began with.
        """
        if self.settings.refit:
            return self._fit_twice(run, listeners, resume=resume)
        return self._classification.fit(run, listeners, resume=resume)

    def sections(self, run: Run) -> list[Section]:
        """Write the submission; its first rows, and what every classifier's report has."""
        self._submit(run)
        sections = self._classification.sections(run)
        if self.unlabelled is None:
            return sections
        rows = self._rows(self.unlabelled.images[:_SHOWN], self.unlabelled.ids[:_SHOWN])
        told = f"submission.csv has {len(self.unlabelled.ids):,} rows; these are the first."
        return [Section("Submission", join([text(told, *self.unlabelled.notes), table(rows)])), *sections]

    def predict(self, run: Run, files: Sequence[Path], *, invert: Invert = "auto") -> list[Prediction]:
        """Label picture files."""
        spec = read_spec(run)
        network = _network(self.settings, spec, make_toolkit(self.settings.toolkit))
        network.load_state_dict(self._weights(run))
        device, fit = self.settings.device, self.settings.fit
        return label_files(network, spec, files, device=device, invert=invert, fit=fit)

    def _load(self, settings: ImageClassificationSettings, report: Report) -> ImageDataModule:
        self._competition = read_competition(cast(ImageFolderSettings, settings), report)
        return module_of(settings, self._competition.splits)

    def _found(self) -> Competition:
        if self._competition is None:
            raise RuntimeError("prepare has not run yet")
        return self._competition

    def _fit_twice(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Once with a part held out, which gives the validation metrics, and once on all, which gives the weights."""
        inner = self._classification
        first = inner.data
        everything = self._load(replace(self.settings, validation=0), lambda _: None)
        everything.prepare()
        note_inputs(run, everything.spec, everything.pictures("train"), source=self.settings.data, resume=resume)

        def all_of_them() -> tuple[Any, ImageDataModule]:
            inner.task, inner.data = inner.make_task(everything.spec), everything
            return inner.task, everything

        trainings = [
            TrainingRun("validated", lambda: (inner.make_task(first.spec), first)),
            TrainingRun("refit", all_of_them),
        ]
        results = fit_sequentially(trainings, inner.trainer, run, listeners, resume=resume)
        if inner.data is not everything:  # both were over before a kill
            all_of_them()
        inner.task.network.load_state_dict(self._weights(run))
        validated = {name: value for name, value in results["validated"].metrics.items() if name.startswith("val_")}
        return results["refit"].metrics | validated

    def _weights(self, run: Run) -> dict[str, Any]:
        if not self.settings.refit:
            return trained_weights(run)
        return checkpoints_of(run, "refit").load("last")["model"]

    def _submit(self, run: Run) -> None:
        if self.unlabelled is None:
            return
        rows = self._rows(self.unlabelled.images, self.unlabelled.ids)
        write_atomically(run.folder / "submission.csv", to_csv(rows, list(rows[0])))
        tell(f"{run.folder / 'submission.csv'}")

    def _rows(self, images: Tensor, ids: Sequence[str]) -> list[dict[str, Any]]:
        competition, spec = self._found(), self.data.spec
        chances = probabilities(self._classification.task.network, spec, images, device=self.settings.device)
        if self.settings.submission == "labels":
            guesses = [spec.labels[i] for i in chances.argmax(dim=1).tolist()]
            return [
                {competition.id_column: name, competition.label_column: guess}
                for name, guess in zip(ids, guesses, strict=True)
            ]
        return [
            {competition.id_column: name} | dict(zip(spec.labels, row, strict=True))
            for name, row in zip(ids, chances.tolist(), strict=True)
        ]


def _network(settings: ImageFolderSettings, spec: ImageSpec, toolkit: Toolkit) -> nn.Module:
    classes, channels = len(spec.labels), spec.channels
    if settings.network == "resnet9":
        from deepdive.models.vision.resnet9 import ResNet9

        return ResNet9(classes, channels, widths=(16, 64, 128, 128), nn=toolkit)
    if settings.network == "lenet":
        from deepdive.models.vision.lenet import LeNet

        return LeNet(classes, channels, image_size=(spec.height, spec.width), modern=True, nn=toolkit)
    from deepdive.models.vision.resnet import resnet18, resnet34

    make = resnet18 if settings.network == "resnet18" else resnet34
    return make(classes, channels, stem="small" if max(spec.height, spec.width) <= 64 else "imagenet", nn=toolkit)
