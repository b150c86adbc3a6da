"""Competition style, end to end: train, choose the best epoch, train again on all if asked, label the test images."""

from collections.abc import Iterable, Sequence
from typing import Any

from torch import Tensor

from deepdive.data.images import ImageDataModule
from deepdive.data.progress import Report
from deepdive.files import write_atomically
from deepdive.names import tell
from deepdive.recipes.experiments import TrainingRun
from deepdive.recipes.experiments.sequential_runs import checkpoints_of, fit_sequentially, records_of
from deepdive.recipes.predictions import to_csv
from deepdive.recipes.vision.classification import ImageClassification
from deepdive.recipes.vision.image_folder import ImageFolderSettings
from deepdive.recipes.vision.image_folder_images import read_competition, read_unlabelled
from deepdive.recipes.vision.labelling import predict_probabilities
from deepdive.training import Run, Task
from deepdive.training.records import Listener
from deepdive.training.report import Section, join, table, text

_SHOWN = 20


class ImageFolderExperiment(ImageClassification[ImageFolderSettings]):
    """Learn from labelled images; write ``submission.csv`` for those without labels.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: ImageFolderSettings) -> None:
        super().__init__(settings)
        self.resize_mode = settings.fit

    def load(self, report: Report) -> None:
        """All images, those to be labelled as well: what is wrong with them is told before the training."""
        super().load(report)
        if self.settings.refit:
            self.validated.prepare()
        self.unlabelled = read_unlabelled(self.competition, self.data, self.settings, report)

    def load_data(self, report: Report) -> ImageDataModule:
        """The labelled images; with ``refit`` all of them, and ``validated`` has those of the first training run."""
        self.competition = read_competition(self.settings, report)
        self.validated = self.in_batches(self.competition.splits)
        return self.in_batches(self.competition.splits, validation=0) if self.settings.refit else self.validated

    def notes(self) -> Iterable[str]:
        """Those of the images, and whether there are some to be labelled."""
        missing = ("there are no test images, so no submission is written; name some with --test",)
        return (*self.data.notes, *(missing if self.unlabelled is None else self.unlabelled.notes))

    def train(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train; with ``refit`` once for the validation metrics, and once on all images, which gives the weights."""
        if not self.settings.refit:
            return super().train(run, listeners, resume=resume)
        training_runs = [
            TrainingRun("validated", lambda: self._with_new_network(self.validated)),
            TrainingRun("refit", lambda: self._with_new_network(self.data)),
        ]
        results = fit_sequentially(training_runs, self.trainer, run, listeners, resume=resume)
        self.model.load_state_dict(self.state_dict_of(run))
        validated = {name: value for name, value in results["validated"].metrics.items() if name.startswith("val_")}
        *_, last = (each for each in records_of(run, results)["refit"] if each.kind == "epoch")
        return results["refit"].metrics | last.metrics | validated  # of the weights that are kept

    def state_dict_of(self, run: Run) -> dict[str, Any]:
        """Of the best epoch, or of the end of the second training run."""
        return checkpoints_of(run, "refit").load("last")["model"] if self.settings.refit else super().state_dict_of(run)

    def sections(self, run: Run) -> list[Section]:
        """Write the submission; its first rows, and what every classifier's report has."""
        sections = super().sections(run)
        if self.unlabelled is None:
            return sections
        rows = self._rows(self.unlabelled.images, self.unlabelled.ids)
        write_atomically(run.folder / "submission.csv", to_csv(rows, list(rows[0])))
        tell(f"{run.folder / 'submission.csv'}")
        words = f"submission.csv has {len(rows):,} rows; these are the first."
        return [Section("Submission", join([text(words, *self.unlabelled.notes), table(rows[:_SHOWN])])), *sections]

    def _with_new_network(self, data: ImageDataModule) -> tuple[Task, ImageDataModule]:
        self.build()
        return self.task, data

    def _rows(self, images: Tensor, ids: Sequence[str]) -> list[dict[str, Any]]:
        labels, id_column, label_column = self.data.labels, self.competition.id_column, self.competition.label_column
        probabilities = predict_probabilities(self.model, self.data.spec, images, device=self.settings.device)
        if self.settings.submission == "labels":
            predicted = [labels[i] for i in probabilities.argmax(dim=1).tolist()]
            return [{id_column: name, label_column: label} for name, label in zip(ids, predicted, strict=True)]
        return [
            {id_column: name} | dict(zip(labels, row, strict=True))
            for name, row in zip(ids, probabilities.tolist(), strict=True)
        ]
