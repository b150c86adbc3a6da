"""Label shift as an experiment: the mix is estimated by the confusion matrix and by expectation maximisation."""

import torch
from torch import Tensor, nn

from deepdive.algorithms.shift import black_box_shift, correct_predictions, likelihood_shift
from deepdive.data.images import ImageSet
from deepdive.figures import to_svg
from deepdive.recipes.shift.experiment import ShiftExperiment
from deepdive.recipes.shift.figures import mix_figure
from deepdive.recipes.shift.label_shift import LabelShiftSettings
from deepdive.recipes.shift.splits import Shifted, shifted_classes
from deepdive.training import Classification
from deepdive.training.report import Section, figure, join, table, text


class LabelShiftExperiment(ShiftExperiment[LabelShiftSettings]):
    """Estimate the target's mix of classes with a black box: the same kind of network, trained without weights.

    Raises:
        ValueError: a setting is out of its range.
    """

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
        common = torch.ones(classes, dtype=torch.float64)
        common[rare] = self.settings.ratio
        mixes = (1 / common) / (1 / common).sum(), common / common.sum()
        return shifted_classes(train, test, *mixes, self.settings.validation)

    def estimate(self) -> Tensor:
        """``p_target(y) / p_source(y)`` of each source image's class, by the black box's confusion matrix."""
        shifted, classes = self.shifted, len(self.labels)
        black_box, validation = self._black_box(), shifted.validation
        expected = torch.zeros(classes, classes, dtype=torch.float64)
        expected.index_add_(0, validation.labels, self.probabilities(black_box, validation.images).double())
        probabilities = self.probabilities(black_box, shifted.unlabelled.images)
        self.source_mix = _mix(shifted.source.labels, classes)
        # Probabilities in place of counts: a rare class is seldom the most likely one, but its probability still moves.
        self.by_confusion = black_box_shift(expected, probabilities.sum(0))
        self.by_likelihood = likelihood_shift(probabilities, self.source_mix)
        return self.by_confusion.weights[shifted.source.labels]

    def _black_box(self) -> nn.Module:
        network, loss = self.one_network(self.images.spec), self.nn.CrossEntropyLoss()
        task = Classification(network, loss=loss, optimizer=self.optimizer, schedule=self.schedule)
        self.trainer.fit(task, self.data, progress=False)
        return network

    def accuracies(self) -> dict[str, float]:
        """Of the uncorrected network with its predictions brought to another mix by Bayes' rule, without training."""
        test = self.shifted.test
        probabilities = self.probabilities("uncorrected", test.images)
        target_mix = _mix(test.labels, len(self.labels))
        priors = {
            "predictions corrected (confusion matrix)": self.by_confusion.prior,
            "predictions corrected (likelihood)": self.by_likelihood.prior,
            "predictions corrected (true mix)": target_mix,
        }
        return {
            name: float(
                (correct_predictions(probabilities, self.source_mix, p).argmax(1) == test.labels).float().mean()
            )
            for name, p in priors.items()
        }

    def figures(self) -> list[Section]:
        """True and estimated class probabilities."""
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
            "Largest error of a class probability: "
            f"{float((found.prior - target).abs().max()):.3f} by the confusion matrix, "
            f"{float((self.by_likelihood.prior - target).abs().max()):.3f} by likelihood."
        )
        svg = to_svg(mix_figure(mixes, self.labels)).decode()
        caption = "Class probabilities: the estimates know no label of the target."
        return [Section("Class mix", join([figure(svg, caption=caption), text(words), table(rows)]))]


def _mix(labels: Tensor, classes: int) -> Tensor:
    return torch.bincount(labels, minlength=classes).double() / len(labels)
