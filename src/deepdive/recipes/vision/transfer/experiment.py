"""A pretrained network on pictures of one's own: a new head, then the layers below it, beside one from scratch."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from deepdive.data.progress import progress_bars
from deepdive.data.types import Batch, DataModule
from deepdive.models.vision import EfficientNetLite
from deepdive.names import tell
from deepdive.recipes.experiments.inputs import measured
from deepdive.recipes.experiments.making import (
    make_classification_loss,
    make_optimizer,
    make_schedule,
    make_toolkit,
    make_trainer,
)
from deepdive.recipes.experiments.sequential_runs import TrainingRun, checkpoints_of, fit_sequentially, records_of
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.predictions import Invert, Prediction
from deepdive.recipes.vision.labelling import label_files, note_inputs, probabilities, read_spec
from deepdive.recipes.vision.transfer.features import FeatureRows, FromGroup, features_of, rows_of
from deepdive.recipes.vision.transfer.fine_tune import FineTuneSettings
from deepdive.recipes.vision.transfer.head import fit_head, kept_head
from deepdive.recipes.vision.transfer.networks import read_weights, with_new_head
from deepdive.recipes.vision.transfer.pictures import mirrored, read_pictures
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


class FineTuneExperiment:
    """A head on fixed features, the layers below it from there on, and the same network from scratch.

    What is kept of a fine-tuning is the mean of its weights and of those it began with: it knows the new pictures about
    as well, and others better (Wortsman et al., 2022, "Robust fine-tuning of zero-shot models").

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: FineTuneSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        self._loss = make_classification_loss(settings.toolkit, settings.label_smoothing)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        self._device = choose_device(settings.device)
        self._groups = len(EfficientNetLite(1).groups)
        self._found: Tensor | None = None

    @property
    def main(self) -> str:
        """The network that is tested and kept."""
        if not self._fine_tuning:
            return FEATURES
        return AVERAGED if self.settings.tuned < 1 else FINE_TUNED

    @property
    def _fine_tuning(self) -> bool:
        return self.settings.mode == "fine-tune"

    def prepare(self) -> None:
        """Obtain weights and pictures, and see whether they fit."""
        settings = self.settings
        with progress_bars() as report:
            self._weights, self._state = read_weights(settings.weights, report)
            self._pretrained(1)
            self.pictures = read_pictures(settings, self._weights, report)
        for note in self.pictures.notes:
            tell(f"note: {note}")
        parts = dict(self.pictures.parts)
        if settings.mirrored:
            parts["train"] = mirrored(parts["train"])
        self._rows = rows_of(parts)

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder; ``test_...`` is of the mode's own training, ``test_accuracy_...`` of the others.

        Raises:
            RunError: the pictures are not those that the run began with.
        """
        settings, pictures = self.settings, self.pictures
        note_inputs(run, pictures.spec, pictures.parts["train"], source=settings.data, resume=resume)
        self._seconds = Seconds(run)
        names = [*([FINE_TUNED] if self._fine_tuning else []), *([FROM_SCRATCH] if settings.from_scratch else [])]
        over = {name for name in names if resume and (run.folder / "trainings" / f"{name}.json").is_file()}
        head = kept_head(run) if resume else None
        rows = self._features(run, head is None, self._fine_tuning and FINE_TUNED not in over)
        self.metrics = {FEATURES: head or self._head_metrics}
        makes = {
            FINE_TUNED: lambda: (self._fine_tuning_task(run), self._data(rows, pictures=settings.frozen == 0)),
            FROM_SCRATCH: lambda: (self._scratch_task(), self._data(self._rows, pictures=True)),
        }
        trainings = [TrainingRun(name, partial(self._seconds.begun, name, makes[name])) for name in names]
        results = fit_sequentially(trainings, self.trainer, run, listeners, resume=resume)
        self._seconds.end()
        if not names:
            _tell(listeners, self.metrics[FEATURES])
        self._records = records_of(run, results)
        self.metrics |= {name: result.metrics for name, result in results.items()}
        if self.main == AVERAGED:
            self._average(run)
            self.metrics[AVERAGED] = measured(run, AVERAGED, partial(self._tested, run), resume=resume)
        for name, metrics in self.metrics.items():
            seconds = self._took(name)
            took = f" in {seconds:.0f} s" if seconds else ""
            tell(f"{name}: test_accuracy {metrics['test_accuracy']:.4f}{took}")
        others = {
            f"test_accuracy_{name.replace('-', '_')}": metrics["test_accuracy"]
            for name, metrics in self.metrics.items()
            if name != self.main
        }
        return self.metrics[self.main] | others

    def sections(self, run: Run) -> list[Section]:
        """The trainings side by side, which classes and which pictures are confused, the network."""
        learning = f"the last {self._groups - self.settings.frozen} of {self._groups} groups of layers"
        learnt = {
            FEATURES: "the head",
            FINE_TUNED: learning,
            AVERAGED: f"{self.settings.tuned:.0%} fine-tuned, the rest as before it",
            FROM_SCRATCH: "all layers, from random weights",
        }
        order = [name for name in learnt if name in self.metrics]
        trained = [
            Trained(name, learnt[name], self.metrics[name], self._records.get(name, []), self._took(name))
            for name in order
        ]
        network, chances = self._trained(run, len(self.pictures.spec.labels)), self._chances(run)
        return transfer_sections(run, network, self.pictures, chances, trained)

    def predict(self, run: Run, files: Sequence[Path], *, invert: Invert = "auto") -> list[Prediction]:
        """Label picture files."""
        spec = read_spec(run)
        network = self._trained(run, len(spec.labels))
        return label_files(network, spec, files, device=self.settings.device, invert=invert, fit=self.settings.fit)

    def _features(self, run: Run, head: bool, fine_tuning: bool) -> dict[str, Batch]:
        """What fine-tuning learns from; on the way, the head on what all other layers make of that."""
        rows, frozen, last = self._rows, self.settings.frozen, self._groups - 1
        if not (head or fine_tuning):
            return {}
        network = self._pretrained(len(self.pictures.spec.labels))
        spec = self.pictures.spec
        compute = partial(features_of, network, device=self._device)
        with progress_bars() as report:
            with self._seconds.preparing():
                cut = frozen if fine_tuning else 0
                rows = compute(rows, 0, cut, spec=spec, report=report) if cut else rows
                if head and cut < last:
                    features = compute(rows, cut, last, spec=None if cut else spec, report=report)
                else:
                    features = rows
                if head:
                    self._head_metrics = fit_head(
                        run,
                        FromGroup(network, last),
                        features,
                        spec.labels,
                        penalty=self.settings.penalty,
                        known=self._state.get(f"{self._weights.head}weight") if self.settings.known else None,
                        device=self._device,
                    )
        return rows

    def _data(self, rows: dict[str, Batch], *, pictures: bool) -> DataModule:
        settings, spec = self.settings, self.pictures.spec
        return FeatureRows(
            rows,
            spec.labels,
            batch_size=settings.batch_size,
            seed=settings.seed,
            spec=spec if pictures else None,
        )

    def _pretrained(self, classes: int) -> EfficientNetLite:
        settings = self.settings
        toolkit = make_toolkit(settings.toolkit)
        return with_new_head(self._weights, self._state, classes, source=settings.weights, nn=toolkit)

    def _fine_tuning_task(self, run: Run) -> Task:
        """It begins with the head of the features: a random one would first pull the layers below apart."""
        settings, frozen = self.settings, self.settings.frozen
        network = FromGroup(self._pretrained(len(self.pictures.spec.labels)), frozen, fixed_statistics=True)
        network.load_state_dict(self._kept(run, FEATURES))
        if frozen:
            freeze(network, [prefix for group in network.groups[:frozen] for prefix in group])
        learning = network.groups[frozen:]
        unfreezing = None
        if settings.unfreeze_every is not None:
            unfreezing = GradualUnfreezing(learning, settings.unfreeze_every, first=min(2, len(learning)))
        rates = DiscriminativeRates(learning, settings.optimizer.lr, settings.decay)
        return self._task(network, parameter_groups=rates, unfreezing=unfreezing)

    def _scratch_task(self) -> Task:
        settings = self.settings
        seed_everything(settings.seed)
        classes, toolkit = len(self.pictures.spec.labels), make_toolkit(settings.toolkit)
        network = FromGroup(EfficientNetLite(classes, momentum=_MOMENTUM, nn=toolkit), 0)
        return self._task(network, parameter_groups=DiscriminativeRates(network.groups, settings.scratch_lr, decay=1))

    def _task(self, network: FromGroup, **layer_by_layer: Any) -> Task:
        return Classification(
            network,
            loss=self._loss,
            optimizer=self._optimizer,
            schedule=make_schedule(self.settings),
            **layer_by_layer,
        )

    def _trained(self, run: Run, classes: int) -> EfficientNetLite:
        network = FromGroup(EfficientNetLite(classes, nn=make_toolkit(self.settings.toolkit)), 0)
        network.load_state_dict(self._kept(run, self.main))
        return network.network

    def _average(self, run: Run) -> None:
        """Keep the mean of the weights before and after fine-tuning."""
        before, after = self._kept(run, FEATURES), self._kept(run, FINE_TUNED)
        mean = {
            name: torch.lerp(before[name], value, self.settings.tuned) if value.is_floating_point() else value
            for name, value in after.items()
        }
        checkpoints_of(run, AVERAGED).save("last", {"model": mean})

    def _chances(self, run: Run) -> Tensor:
        """What the network that is kept says of the test pictures; found once."""
        if self._found is None:
            network = self._trained(run, len(self.pictures.spec.labels))
            images = self.pictures.parts["test"].images
            self._found = probabilities(network, self.pictures.spec, images, device=self.settings.device)
        return self._found

    def _tested(self, run: Run) -> dict[str, float]:
        chances, labels = self._chances(run), self.pictures.parts["test"].labels
        loss = self._loss(chances.clamp(min=1e-30).log(), labels)
        return {"test_loss": float(loss), "test_accuracy": float((chances.argmax(1) == labels).float().mean())}

    def _kept(self, run: Run, name: str) -> dict[str, Any]:
        """The best weights of a training, or the last ones while there are no best."""
        checkpoints = checkpoints_of(run, name, alone=name == FINE_TUNED and not self.settings.from_scratch)
        if not checkpoints.has("last"):
            raise RunError(f"the training {name!r} has no checkpoint yet; {run.go_on}")
        return trained_weights(run, checkpoints)

    def _took(self, name: str) -> float | None:
        """Seconds of a training and of all that it builds on."""
        if name == FROM_SCRATCH:
            return self._seconds.alone(name)
        return self._seconds.of(*([] if name == FEATURES else [FINE_TUNED]))


def _tell(listeners: Sequence[Listener], metrics: dict[str, float]) -> None:
    """A run without a training loop still has one record."""
    for listener in listeners:
        if not isinstance(listener, Curves):
            listener.start(Plan(1, 1))
            listener.record(Record("test", 1, 1, metrics))
            listener.finish()
