"""Three networks on shifted data: one that ignores the shift, one that corrects for an estimate of it, one that knows.

They learn side by side from the same batches and differ in the weights of the examples alone, so one run, one set of
curves and one checkpoint hold the whole comparison.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from deepdive.algorithms.evaluation import wilson_interval
from deepdive.algorithms.shift import effective_sample_size, mean_one
from deepdive.data.images import ImageDataModule, ImageSet, ImageSpec, load_images
from deepdive.data.loaders import TensorLoader
from deepdive.data.progress import progress_bars
from deepdive.data.types import DataModule
from deepdive.models.perceptrons import MLP
from deepdive.names import tell
from deepdive.recipes.experiments.making import make_optimizer, make_schedule, make_toolkit, make_trainer
from deepdive.recipes.experiments.network_sections import network_section
from deepdive.recipes.experiments.weights import trained_weights
from deepdive.recipes.predictions import Invert, Prediction
from deepdive.recipes.shift.networks import AccuracyOf, CrossEntropySideBySide, SideBySide
from deepdive.recipes.shift.settings import ShiftSettings
from deepdive.recipes.shift.splits import Shifted
from deepdive.recipes.vision.labelling import label_files, note_inputs, probabilities, read_spec
from deepdive.training import Run, WeightedClassification, choose_device, seed_everything
from deepdive.training.records import Listener
from deepdive.training.report import Html, Section, join, pairs, table, text

_TEST_BATCH = 512
NETWORKS = ("uncorrected", "corrected", "oracle")


class ShiftExperiment(ABC):
    """What label shift and covariate shift have in common.

    Raises:
        ValueError: a setting is out of its range.
    """

    def __init__(self, settings: ShiftSettings) -> None:
        self.settings = settings
        self.trainer = make_trainer(settings)
        self._optimizer = make_optimizer(settings.optimizer, settings.toolkit)
        choose_device(settings.device)

    @abstractmethod
    def shift(self, train: ImageSet, test: ImageSet) -> Shifted:
        """Make source and target."""

    @abstractmethod
    def estimate(self) -> Tensor:
        """The weight of every source picture, from held-out source pictures and unlabelled target ones."""

    @abstractmethod
    def accuracies(self) -> dict[str, float]:
        """Further accuracies on the target, by what was done."""

    @abstractmethod
    def figures(self) -> list[Section]:
        """What the estimate looks like, for the report."""

    def prepare(self) -> None:
        """Obtain the pictures, shift them, estimate the shift and make the task.

        Raises:
            ValueError: the data has no test pictures.
        """
        settings = self.settings
        with progress_bars() as report:
            pictures: ImageDataModule = load_images(
                settings.data, image_size=settings.image_size, normalize=settings.normalize, report=report
            )
            pictures.prepare()
        for note in pictures.notes:
            tell(f"note: {note}")
        train, test = pictures.pictures("train"), pictures.pictures("test")
        if train is None or test is None:
            raise ValueError(f"{settings.data} has no test pictures; a shift needs a test set to be measured on")
        self.spec, self.labels = pictures.spec, pictures.labels
        self.shifted = self.shift(train, test)
        weights = mean_one(self.estimate().float())
        self.weights = {
            "uncorrected": torch.ones_like(weights),
            "corrected": weights,
            "oracle": mean_one(self.shifted.oracle.float()),
        }
        self.data = _ShiftedData(self.shifted, torch.stack(list(self.weights.values()), dim=1), self.loader)
        self.networks = self._networks(self.spec)
        self.task = WeightedClassification(
            self.networks,
            loss=CrossEntropySideBySide(nn=make_toolkit(settings.toolkit)),
            metrics={f"{name}_accuracy": AccuracyOf(place) for place, name in enumerate(NETWORKS)},
            optimizer=self._optimizer,
            schedule=make_schedule(settings),
        )

    def loader(self, fields: tuple[Tensor, ...], *, shuffle: bool = False) -> TensorLoader:
        """Batches of pictures as the networks get them."""
        settings, spec = self.settings, self.spec
        size = settings.batch_size if shuffle else _TEST_BATCH
        return TensorLoader(fields, size, shuffle=shuffle, seed=settings.seed, transform=spec.batch_to_float)

    def network(self, spec: ImageSpec) -> nn.Module:
        """One network; the same initial weights every time."""
        seed_everything(self.settings.seed)
        inputs = spec.channels * spec.height * spec.width
        return MLP(inputs, len(spec.labels), self.settings.hidden, nn=make_toolkit(self.settings.toolkit))

    def _networks(self, spec: ImageSpec) -> SideBySide:
        return SideBySide({name: self.network(spec) for name in NETWORKS})

    def fit(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Train in the run folder; ``test_recovered`` is the share of the oracle's gain that the estimate brought.

        It is NaN where the oracle gained nothing.

        Raises:
            RunError: the pictures are not those that the run began with.
        """
        note_inputs(run, self.spec, self.shifted.source, source=self.settings.data, resume=resume)
        metrics = self.trainer.fit(
            self.task, self.data, checkpoints=run.checkpoints, listeners=listeners, resume=resume
        )
        self._measured = {name: metrics[f"test_{name}_accuracy"] for name in NETWORKS} | self.accuracies()
        before, after, best = (self._measured[name] for name in NETWORKS)
        gained = (after - before) / (best - before) if best > before else float("nan")
        return metrics | {"test_recovered": gained}

    def sections(self, run: Run) -> list[Section]:
        """Accuracies with their confidence intervals, the estimate, the networks, the task."""
        spec = self.spec
        kept = {name: str(value) for name, value in self.task.hyperparameters.items() if name != "network"}
        return [
            Section("Accuracy on the target", join([self._table(), text(self._explained())])),
            *self.figures(),
            network_section(self.networks, torch.empty(1, spec.channels, spec.height, spec.width, device="meta")),
            Section("Task", pairs({"kind": type(self.task).__name__} | kept)),
        ]

    def _table(self) -> Html:
        n = len(self.shifted.test.labels)
        rows = []
        for name, accuracy in self._measured.items():
            interval = wilson_interval(round(accuracy * n), n)
            row: dict[str, object] = {"method": name, "accuracy": accuracy}
            row |= {"95 % from": float(interval.lower), "to": float(interval.upper)}
            if name in self.weights:
                row["effective examples"] = round(effective_sample_size(self.weights[name]))
            rows.append(row)
        return table(rows)

    def _explained(self) -> str:
        sizes = {name: len(getattr(self.shifted, name).labels) for name in ("source", "held_out", "unlabelled", "test")}
        return (
            f"Learnt from {sizes['source']:,} labelled source pictures; the shift was estimated from "
            f"{sizes['held_out']:,} more of them and {sizes['unlabelled']:,} unlabelled target pictures; measured on "
            f"{sizes['test']:,} target pictures. The oracle knows the shift. All methods are measured on the same "
            "pictures, so their differences are surer than the intervals of each alone suggest."
        )

    def predict(self, run: Run, files: Sequence[Path], *, invert: Invert = "auto") -> list[Prediction]:
        """Label picture files with the corrected network."""
        spec = read_spec(run)
        networks = self._networks(spec)
        networks.load_state_dict(trained_weights(run))
        corrected = networks["corrected"]
        return label_files(corrected, spec, files, device=self.settings.device, invert=invert)

    def chances(self, network: nn.Module, images: Tensor) -> Tensor:
        """Probabilities of the classes."""
        return probabilities(network, self.spec, images, device=self.settings.device)


class _ShiftedData(DataModule):
    """Batches ``(x, weights, y)`` of the source, ``(x, y)`` of the target."""

    def __init__(self, shifted: Shifted, weights: Tensor, loader: Callable[..., TensorLoader]) -> None:
        self._shifted, self._weights, self._loader = shifted, weights, loader

    def prepare(self) -> None:
        """Everything is there."""

    def train_loader(self) -> TensorLoader:
        source = self._shifted.source
        return self._loader((source.images, self._weights, source.labels), shuffle=True)

    def test_loader(self) -> TensorLoader:
        test = self._shifted.test
        return self._loader((test.images, test.labels))
