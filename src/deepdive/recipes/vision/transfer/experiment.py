"""A pretrained network on images of one's own: a new head, then the layers below it, beside one from scratch."""

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from typing import Any

import torch
from torch import Tensor

from deepdive.data.images import ImageSpec
from deepdive.data.progress import Report, progress_bars
from deepdive.data.rows import RowsDataModule
from deepdive.data.types import Batch
from deepdive.models.vision import EfficientNetLite
from deepdive.names import tell
from deepdive.recipes.experiments import (
    SequentialExperiment,
    TrainingResult,
    TrainingRun,
    make_classification_loss,
)
from deepdive.recipes.experiments.inputs import fill, measured, read_metadata, trained_weights
from deepdive.recipes.experiments.sequential_runs import checkpoints_of, records_of
from deepdive.recipes.given.example import Example
from deepdive.recipes.reports import Evaluation
from deepdive.recipes.vision.evaluating import image_evaluation
from deepdive.recipes.vision.labelling import LabelsImages, image_example, predict_probabilities
from deepdive.recipes.vision.transfer.features import TEST_BATCH, FromGroup, features_of, rows_of
from deepdive.recipes.vision.transfer.fine_tune import FineTuneSettings
from deepdive.recipes.vision.transfer.head import fit_head, kept_head
from deepdive.recipes.vision.transfer.images import mirrored, read_images
from deepdive.recipes.vision.transfer.networks import read_weights, with_new_head
from deepdive.recipes.vision.transfer.reporting import Trained, transfer_sections
from deepdive.recipes.vision.transfer.seconds import Seconds
from deepdive.training import (
    Classification,
    DiscriminativeRates,
    GradualUnfreezing,
    Plan,
    Record,
    Run,
    RunError,
    Task,
    choose_device,
    freeze,
    seed_everything,
)
from deepdive.training.listeners import Curves
from deepdive.training.records import Listener
from deepdive.training.report import Section

FEATURES, FINE_TUNED, AVERAGED, FROM_SCRATCH = "features", "fine-tuned", "averaged", "from-scratch"
_MOMENTUM = 0.1
"""Of the running statistics in a training of a few hundred steps; the published one is for hundreds of thousands."""


class FineTuneExperiment(LabelsImages[FineTuneSettings], SequentialExperiment[FineTuneSettings]):
    """A head on fixed features, the layers below it from there on, and the same network from scratch.

    What is kept of a fine-tuning is the mean of its weights and of those it began with: it knows the new images about
    as well, and others better (Wortsman et al., 2022, "Robust fine-tuning of zero-shot models").

    Raises:
        ValueError: a setting is out of its range.
    """

    data_name = "the images"

    def __init__(self, settings: FineTuneSettings) -> None:
        super().__init__(settings)
        self.resize_mode = settings.fit
        self._loss = make_classification_loss(settings.toolkit, settings.label_smoothing)
        self._groups = len(EfficientNetLite(1).groups)
        self._probabilities: Tensor | None = None
        fine_tuning = settings.mode == "fine-tune"
        self._names = [*([FINE_TUNED] if fine_tuning else []), *([FROM_SCRATCH] if settings.from_scratch else [])]
        tuned = AVERAGED if settings.weight_interpolation < 1 else FINE_TUNED
        self.main = tuned if fine_tuning else FEATURES
        """The network that is tested and kept."""

    def load(self, report: Report) -> None:
        """Obtain weights and images, and see whether they fit."""
        settings = self.settings
        self._weights, self._state = read_weights(settings.weights, report)
        self._pretrained(1)
        self.images = read_images(settings, self._weights, report)
        parts = dict(self.images.parts)
        if settings.mirrored:
            parts["train"] = mirrored(parts["train"])
        self._rows = rows_of(parts)

    def notes(self) -> Iterable[str]:
        """Those of the images."""
        return self.images.notes

    def metadata(self) -> ImageSpec:
        """Size, channels, statistics and labels of the images."""
        return self.images.spec

    def fingerprint(self) -> Iterable[Tensor]:
        """The images of every part and their labels."""
        return (tensor for each in self.images.parts.values() for tensor in (each.images, each.labels))

    def training_runs(self, run: Run) -> Sequence[TrainingRun]:
        """Fine-tuning and training from scratch, as far as they are asked for; the head on features is fitted here."""
        self._seconds = Seconds(run)
        over = {name for name in self._names if (run.folder / "training_runs" / f"{name}.json").is_file()}
        head = kept_head(run)
        rows = self._features(run, head is None, FINE_TUNED in self._names and FINE_TUNED not in over)
        self.metrics = {FEATURES: head or self._head_metrics}
        makes = {
            FINE_TUNED: lambda: (self._fine_tuning_task(run), self._data(rows, images=self.settings.frozen == 0)),
            FROM_SCRATCH: lambda: (self._scratch_task(), self._data(self._rows, images=True)),
        }
        return [TrainingRun(name, partial(self._seconds.begun, name, makes[name])) for name in self._names]

    def train(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train; a run without a training loop still has one record."""
        metrics = super().train(run, listeners, resume=resume)
        for listener in () if self._names else listeners:
            if not isinstance(listener, Curves):
                listener.start(Plan(1, 1))
                listener.record(Record("test", 1, 1, self.metrics[FEATURES]))
                listener.finish()
        return metrics

    def combine(self, run: Run, results: Mapping[str, TrainingResult], *, resume: bool) -> dict[str, float]:
        """``test_...`` is of the mode's own training run, ``test_accuracy_...`` of the others."""
        self._seconds.end()
        self._records = records_of(run, results) if results else {}
        self.metrics |= {name: result.metrics for name, result in results.items()}
        if self.main == AVERAGED:
            self._average(run)
            self.metrics[AVERAGED] = measured(run, AVERAGED, partial(self._tested, run), resume=resume)
        for name, metrics in self.metrics.items():
            seconds = self._took(name)
            took = f" in {seconds:.0f} s" if seconds else ""
            validated = f"validation set {metrics['val_accuracy']:.4f}, " if "val_accuracy" in metrics else ""
            tell(f"{name}: accuracy on the {validated}test set {metrics['test_accuracy']:.4f}{took}")
        others = {
            f"test_accuracy_{name.replace('-', '_')}": metrics["test_accuracy"]
            for name, metrics in self.metrics.items()
            if name != self.main
        }
        return self.metrics[self.main] | others

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """Class probabilities of the test images by the network that is kept."""
        spec, parts, known = self.images.spec, self.images.parts, self._predicted(run)
        network = self._trained(run, len(spec.labels))
        return [image_evaluation(run, network, spec, parts["train"], parts["test"], probabilities=known)]

    def sections(self, run: Run) -> list[Section]:
        """The training runs side by side, the network."""
        learnt = {
            FEATURES: "the head",
            FINE_TUNED: f"the last {self._groups - self.settings.frozen} of {self._groups} groups of layers",
            AVERAGED: f"{self.settings.weight_interpolation:.0%} fine-tuned, the rest as before it",
            FROM_SCRATCH: "all layers, from random weights",
        }
        trained = [
            Trained(name, learnt[name], self.metrics[name], self._records.get(name, []), self._took(name))
            for name in learnt
            if name in self.metrics
        ]
        network = self._trained(run, len(self.images.spec.labels))
        return transfer_sections(network, self.images, trained)

    def restore(self, run: Run) -> tuple[EfficientNetLite, ImageSpec]:
        """The network that is kept, and what the images looked like."""
        spec = read_metadata(run, ImageSpec)
        return self._trained(run, len(spec.labels)), spec

    def example(self, run: Run) -> Example | None:
        """One of the test images."""
        return image_example(run, self.images.parts["test"])

    def _features(self, run: Run, head: bool, fine_tuning: bool) -> dict[str, Batch]:
        """What fine-tuning learns from; on the way, the head on what all other layers make of that."""
        rows, frozen, last = self._rows, self.settings.frozen, self._groups - 1
        if not (head or fine_tuning):
            return {}
        spec, device = self.images.spec, choose_device(self.settings.device)
        network = self._pretrained(len(spec.labels))
        compute = partial(features_of, network, device=device)
        with progress_bars() as report, self._seconds.preparing():
            cut = frozen if fine_tuning else 0
            rows = compute(rows, 0, cut, spec=spec, report=report) if cut else rows
            if head:
                features = compute(rows, cut, last, spec=None if cut else spec, report=report) if cut < last else rows
                self._head_metrics = fit_head(
                    run,
                    FromGroup(network, last),
                    features,
                    spec.labels,
                    penalty=self.settings.penalty,
                    prior=self._state.get(f"{self._weights.head}weight") if self.settings.class_prior else None,
                    device=device,
                )
        return rows

    def _data(self, rows: dict[str, Batch], *, images: bool) -> RowsDataModule:
        size, seed = self.settings.batch_size, self.settings.seed
        transform = self.images.spec.batch_to_float if images else None
        return RowsDataModule(**rows, batch_size=size, seed=seed, test_batch_size=TEST_BATCH, transform=transform)

    def _pretrained(self, classes: int) -> EfficientNetLite:
        return with_new_head(self._weights, self._state, classes, source=self.settings.weights, nn=self.nn)

    def _fine_tuning_task(self, run: Run) -> Task:
        """It begins with the head of the features: a random one would first pull the layers below apart."""
        settings, frozen = self.settings, self.settings.frozen
        network = FromGroup(self._pretrained(len(self.images.spec.labels)), frozen, fixed_statistics=True)
        network.load_state_dict(self._kept(run, FEATURES))
        if frozen:
            freeze(network, [prefix for group in network.groups[:frozen] for prefix in group])
        learning = network.groups[frozen:]
        unfreezing = None
        if settings.unfreeze_every is not None:
            unfreezing = GradualUnfreezing(learning, settings.unfreeze_every, first=min(2, len(learning)))
        rates = DiscriminativeRates(learning, settings.optimizer.lr, settings.layer_lr_decay)
        return self._task(network, parameter_groups=rates, unfreezing=unfreezing)

    def _scratch_task(self) -> Task:
        seed_everything(self.settings.seed)
        network = FromGroup(EfficientNetLite(len(self.images.spec.labels), momentum=_MOMENTUM, nn=self.nn), 0)
        rates = DiscriminativeRates(network.groups, self.settings.scratch_lr, layer_lr_decay=1)
        return self._task(network, parameter_groups=rates)

    def _task(self, network: FromGroup, **layers: Any) -> Task:
        return Classification(network, loss=self._loss, optimizer=self.optimizer, schedule=self.schedule, **layers)

    def _trained(self, run: Run, classes: int) -> EfficientNetLite:
        network = FromGroup(EfficientNetLite(classes, nn=self.nn), 0)
        fill(network, self._kept(run, self.main), run)
        return network.network

    def _average(self, run: Run) -> None:
        """Keep the mean of the weights before and after fine-tuning."""
        before, after = self._kept(run, FEATURES), self._kept(run, FINE_TUNED)
        alpha = self.settings.weight_interpolation
        mean = {
            name: torch.lerp(before[name], value, alpha) if value.is_floating_point() else value
            for name, value in after.items()
        }
        checkpoints_of(run, AVERAGED).save("last", {"model": mean})

    def _predicted(self, run: Run) -> Tensor:
        """The class probabilities of the test images by the network that is kept; found once."""
        if self._probabilities is None:
            spec, images = self.images.spec, self.images.parts["test"].images
            network = self._trained(run, len(spec.labels))
            self._probabilities = predict_probabilities(network, spec, images, device=self.settings.device)
        return self._probabilities

    def _tested(self, run: Run) -> dict[str, float]:
        probabilities, labels = self._predicted(run), self.images.parts["test"].labels
        loss = self._loss(probabilities.clamp(min=1e-30).log(), labels)
        return {"test_loss": float(loss), "test_accuracy": float((probabilities.argmax(1) == labels).float().mean())}

    def _kept(self, run: Run, name: str) -> dict[str, Any]:
        """The best weights of a training run, or the last ones while there are no best."""
        checkpoints = checkpoints_of(run, name, alone=name == FINE_TUNED and not self.settings.from_scratch)
        if not checkpoints.has("last"):
            raise RunError(f"the training {name!r} has no checkpoint yet; {run.go_on}")
        return trained_weights(run, checkpoints)

    def _took(self, name: str) -> float | None:
        """Seconds of a training run and of all that it builds on."""
        if name == FROM_SCRATCH:
            return self._seconds.alone(name)
        return self._seconds.of(*([] if name == FEATURES else [FINE_TUNED]))
