"""Three networks on shifted data: one that ignores the shift, one that corrects for an estimate of it, one that knows.

They learn side by side from the same batches and differ in the weights of the examples alone, so one run, one set of
curves and one checkpoint hold the whole comparison.
"""

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import TypeVar

import torch
from torch import Tensor, nn

from deepdive.algorithms.evaluation import wilson_interval
from deepdive.algorithms.shift import effective_sample_size, mean_one
from deepdive.data.images import ImageDataModule, ImageSet, ImageSpec
from deepdive.data.progress import Report
from deepdive.data.rows import RowsDataModule
from deepdive.data.types import Batch
from deepdive.models.perceptrons import MLP
from deepdive.recipes.experiments import SupervisedExperiment
from deepdive.recipes.experiments.network_sections import network_section, task_section
from deepdive.recipes.reports import Baseline, Evaluation, NamedEvaluation, constant_accuracy
from deepdive.recipes.shift.networks import AccuracyOf, CrossEntropySideBySide, SideBySide
from deepdive.recipes.shift.settings import ShiftSettings
from deepdive.recipes.shift.splits import Shifted
from deepdive.recipes.vision.labelling import ImageExperiment, LabelsImages, predict_probabilities
from deepdive.training import Run, WeightedClassification, seed_everything
from deepdive.training.report import Html, Section, join, table, text

_TEST_BATCH = 512
NETWORKS = ("uncorrected", "corrected", "oracle")
SettingsT = TypeVar("SettingsT", bound=ShiftSettings)


class ShiftExperiment(
    LabelsImages[SettingsT], ImageExperiment[SettingsT], SupervisedExperiment[SettingsT, RowsDataModule, ImageSpec]
):
    """What label shift and covariate shift have in common. To fill in: `shift`, `estimate`, `figures`.

    Raises:
        ValueError: a setting is out of its range.
    """

    @abstractmethod
    def shift(self, train: ImageSet, test: ImageSet) -> Shifted:
        """Make source and target."""

    @abstractmethod
    def estimate(self) -> Tensor:
        """The weight of every source image, from the validation set of the source and unlabelled target images."""

    @abstractmethod
    def figures(self) -> list[Section]:
        """What the estimate looks like, for the report."""

    def accuracies(self) -> dict[str, float]:
        """Further accuracies on the target, by what was done."""
        return {}

    @property
    def images(self) -> ImageDataModule:
        """Those before the shift."""
        return self._images

    def load_data(self, report: Report) -> RowsDataModule:
        """Source and target; batches ``(x, y)`` of the source alone until the shift is estimated.

        Raises:
            ValueError: the data has no test images.
        """
        self._images = self.load_images(report, validation=0)
        train, test = self.images.image_set("train"), self.images.image_set("test")
        if train is None or test is None:
            raise ValueError(f"{self.settings.data} has no test images; a shift needs a test set to be measured on")
        self.labels = self.images.labels
        self.shifted = self.shift(train, test)
        source = self.shifted.source
        return self._batches((source.images, source.labels))

    def fingerprint(self) -> Iterable[Tensor]:
        """The source."""
        return self.shifted.source.images, self.shifted.source.labels

    def build(self) -> None:
        """Estimate the shift, make batches ``(x, weights, y)`` of the source, and the networks and their task."""
        weights = mean_one(self.estimate().float())
        self.weights = {
            "uncorrected": torch.ones_like(weights),
            "corrected": weights,
            "oracle": mean_one(self.shifted.oracle.float()),
        }
        source, test = self.shifted.source, self.shifted.test
        weights = torch.stack(list(self.weights.values()), dim=1)
        self.data = self._batches((source.images, weights, source.labels), (test.images, test.labels))
        super().build()

    def one_network(self, spec: ImageSpec) -> nn.Module:
        """One network; the same initial weights every time."""
        seed_everything(self.settings.seed)
        return MLP(spec.channels * spec.height * spec.width, len(spec.labels), self.settings.hidden, nn=self.nn)

    def network(self, metadata: ImageSpec) -> SideBySide:
        """One for each kind of weights."""
        return SideBySide({name: self.one_network(metadata) for name in NETWORKS})

    def make_task(self, network: nn.Module) -> WeightedClassification:
        """Weighted cross-entropy, and the accuracy of each network."""
        return WeightedClassification(
            network,
            loss=CrossEntropySideBySide(nn=self.nn),
            metrics={f"{name}_accuracy": AccuracyOf(i) for i, name in enumerate(NETWORKS)},
            optimizer=self.optimizer,
            schedule=self.schedule,
        )

    def measure(self, run: Run, metrics: dict[str, float]) -> dict[str, float]:
        """``test_recovered`` is the fraction of the oracle's gain that the estimate brought.

        It is NaN where the oracle gained nothing.
        """
        self._measured = {name: metrics[f"test_{name}_accuracy"] for name in NETWORKS} | self.accuracies()
        before, after, best = (self._measured[name] for name in NETWORKS)
        return {"test_recovered": (after - before) / (best - before) if best > before else float("nan")}

    def evaluations(self, run: Run) -> Sequence[Evaluation]:
        """The corrected network beside the one that ignores the shift, and one class for all images."""
        return [NamedEvaluation(self._baselines)]

    def _baselines(self) -> tuple[Baseline, ...]:
        metric, labels = "test_corrected_accuracy", self.shifted.source.labels
        same = {metric: self._measured["uncorrected"], "test_recovered": 0.0}
        constant = constant_accuracy(labels, {metric: self.shifted.test.labels}, self.labels.__getitem__, "images")
        return Baseline("no correction", same, "the same network with equal weights of all examples"), constant

    def restore(self, run: Run) -> tuple[nn.Module, ImageSpec]:
        """The corrected network, and what the images looked like."""
        networks, spec = super().restore(run)
        return networks.get_submodule("networks.corrected"), spec

    def sections(self, run: Run) -> list[Section]:
        """Accuracies with their confidence intervals, the estimate, the networks, the task."""
        spec = self.images.spec
        return [
            Section("Accuracy on the target", join([self._table(), text(self._explained())])),
            *self.figures(),
            network_section(self.model, torch.empty(1, spec.channels, spec.height, spec.width, device="meta")),
            task_section(self.task),
        ]

    def probabilities(self, network: nn.Module | str, images: Tensor) -> Tensor:
        """Probabilities of the classes, by a network or by that of a name."""
        network = self.model.get_submodule(f"networks.{network}") if isinstance(network, str) else network
        return predict_probabilities(network, self.images.spec, images, device=self.settings.device)

    def _batches(self, train: Batch, test: Batch = ()) -> RowsDataModule:
        size, seed, transform = self.settings.batch_size, self.settings.seed, self.images.spec.batch_to_float
        return RowsDataModule(
            train, test=test, batch_size=size, seed=seed, test_batch_size=_TEST_BATCH, transform=transform
        )

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
        sizes = {
            name: len(getattr(self.shifted, name).labels) for name in ("source", "validation", "unlabelled", "test")
        }
        return (
            f"Learnt from {sizes['source']:,} labelled source images; the shift was estimated from "
            f"{sizes['validation']:,} more of them and {sizes['unlabelled']:,} unlabelled target images; measured on "
            f"{sizes['test']:,} target images. The oracle knows the shift. All methods are measured on the same "
            "images, so their differences are surer than the intervals of each alone suggest."
        )
