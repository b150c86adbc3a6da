"""Label shift as an experiment: the mix is estimated by the confusion matrix and by expectation maximisation."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from deepdive.algorithms.shift import black_box_shift, correct_predictions, likelihood_shift
from deepdive.data.images import ImageSet
from deepdive.data.loaders import TensorLoader
from deepdive.data.types import DataModule
from deepdive.figures import to_svg
from deepdive.recipes.experiments.making import make_schedule, make_toolkit
from deepdive.recipes.shift.experiment import ShiftExperiment
from deepdive.recipes.shift.figures import mix_figure
from deepdive.recipes.shift.label_shift import LabelShiftSettings
from deepdive.recipes.shift.splits import Shifted, shifted_classes
from deepdive.training import Classification
from deepdive.training.report import Section, figure, join, table, text


class LabelShiftExperiment(ShiftExperiment):
    """Estimate the target's mix of classes with a black box: the same kind of network, trained without weights.

    Raises:
        ValueError: a setting is out of its range.
    """

    settings: LabelShiftSettings

    def shift(self, train: ImageSet, test: ImageSet) -> Shifted:
        """Make the rare classes rare in the source and common in the target.

        Raises:
            ValueError: ``rare`` holds a class that does not exist, or all of them.
        """
        classes, rare = len(self.labels), sorted(set(self.settings.rare))
        if not rare or not 0 <= rare[0] <= rare[-1] < classes or len(rare) == classes:
            raise ValueError(
                f"rare is {self.settings.rare}; it must hold some of the classes 0 to {classes - 1}, and not all"
            )
        shares = torch.ones(classes, dtype=torch.float64)
        shares[rare] = self.settings.ratio
        self.mixes = (1 / shares) / (1 / shares).sum(), shares / shares.sum()
        return shifted_classes(train, test, *self.mixes, self.settings.validation)

    def estimate(self) -> Tensor:
        """``p_target(y) / p_source(y)`` of each source picture's class, by the black box's confusion matrix."""
        shifted, classes = self.shifted, len(self.labels)
        black_box = self._black_box()
        held_out, unlabelled = shifted.held_out, shifted.unlabelled
        expected = torch.zeros(classes, classes, dtype=torch.float64)
        expected.index_add_(0, held_out.labels, self.chances(black_box, held_out.images).double())
        chances = self.chances(black_box, unlabelled.images)
        self.source_mix = _mix(shifted.source.labels, classes)
        # Probabilities in place of counts: a rare class is seldom the likeliest one, but its probability still moves.
        self.by_confusion = black_box_shift(expected, chances.sum(0))
        self.by_likelihood = likelihood_shift(chances, self.source_mix)
        return self.by_confusion.weights[shifted.source.labels]

    def _black_box(self) -> nn.Module:
        network = self.network(self.spec)
        task = Classification(
            network,
            loss=make_toolkit(self.settings.toolkit).CrossEntropyLoss(),
            optimizer=self._optimizer,
            schedule=make_schedule(self.settings),
        )
        self.trainer.fit(task, _Labelled(self.shifted.source, self.loader))
        return network

    def accuracies(self) -> dict[str, float]:
        """Of the uncorrected network with its predictions brought to another mix by Bayes' rule, without training."""
        test = self.shifted.test
        chances = self.chances(self.networks["uncorrected"], test.images)
        target_mix = _mix(test.labels, len(self.labels))
        priors = {
            "predictions corrected (confusion matrix)": self.by_confusion.prior,
            "predictions corrected (likelihood)": self.by_likelihood.prior,
            "predictions corrected (true mix)": target_mix,
        }
        return {
            name: float((correct_predictions(chances, self.source_mix, p).argmax(1) == test.labels).float().mean())
            for name, p in priors.items()
        }

    def figures(self) -> list[Section]:
        """True and estimated shares of the classes."""
        source, target = self.source_mix, _mix(self.shifted.unlabelled.labels, len(self.labels))
        mixes = {
            "source": source,
            "target": target,
            "confusion matrix": self.by_confusion.prior,
            "likelihood": self.by_likelihood.prior,
        }
        rows = [
            {"class": label}
            | {name: float(mix[i]) for name, mix in mixes.items()}
            | {"true weight": float(target[i] / source[i]), "estimated weight": float(self.by_confusion.weights[i])}
            for i, label in enumerate(self.labels)
        ]
        found = self.by_confusion
        words = (
            f"The confusion matrix has the condition number {found.condition:.1f}; {found.clipped} estimates were "
            f"negative and are 0. Expectation maximisation took {len(self.by_likelihood.log_likelihoods)} steps. "
            "Largest error of a share: "
            f"{float((found.prior - target).abs().max()):.3f} by the confusion matrix, "
            f"{float((self.by_likelihood.prior - target).abs().max()):.3f} by likelihood."
        )
        svg = to_svg(mix_figure(mixes, self.labels)).decode()
        caption = "Shares of the classes: the estimates know no label of the target."
        return [Section("Class mix", join([figure(svg, caption=caption), text(words), table(rows)]))]


class _Labelled(DataModule):
    """The source alone, each picture counted once."""

    def __init__(self, pictures: ImageSet, loader: Callable[..., TensorLoader]) -> None:
        self._pictures, self._loader = pictures, loader

    def prepare(self) -> None:
        """Everything is there."""

    def train_loader(self) -> TensorLoader:
        return self._loader((self._pictures.images, self._pictures.labels), shuffle=True)


def _mix(labels: Tensor, classes: int) -> Tensor:
    return torch.bincount(labels, minlength=classes).double() / len(labels)
