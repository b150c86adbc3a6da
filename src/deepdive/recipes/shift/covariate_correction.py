"""Covariate shift as an experiment: the ratio of densities is estimated by a classifier of source against target."""

import torch
from torch import Tensor

from deepdive.algorithms.shift import fit_domain_classifier, importance_weights, weighted_risk
from deepdive.data.images import ImageSet
from deepdive.figures import to_svg
from deepdive.recipes.shift.covariate_shift import CovariateShiftSettings
from deepdive.recipes.shift.experiment import ShiftExperiment
from deepdive.recipes.shift.figures import mix_figure, weights_figure
from deepdive.recipes.shift.splits import PrincipalScore, Shifted, shifted_images
from deepdive.training.report import Section, figure, join, text


class CovariateShiftExperiment(ShiftExperiment[CovariateShiftSettings]):
    """Estimate ``p_target(x) / p_source(x)`` by logistic regression on the pixels.

    Raises:
        ValueError: a setting is out of its range.
    """

    def shift(self, train: ImageSet, test: ImageSet) -> Shifted:
        """Send images to the source or to the target by their score along a principal component."""
        self.score = PrincipalScore(train.images, self.settings.component)
        return shifted_images(train, test, self.score, self.settings.strength, self.settings.validation)

    def estimate(self) -> Tensor:
        """``exp(h(x))`` of every source image, ``h`` the logits of target against source."""
        source, target = self.shifted.source.images, self.shifted.unlabelled.images
        most = self.settings.domain_images
        self.domain = fit_domain_classifier(
            *(self._features(images[_some(len(images), most)]) for images in (source, target)), l2=self.settings.l2
        )
        return self._weigh(source)

    def _features(self, images: Tensor) -> Tensor:
        return images.flatten(1).float() / 255

    def _weigh(self, images: Tensor) -> Tensor:
        most, target = self.settings.domain_images, len(self.shifted.unlabelled.images)
        rows = min(len(self.shifted.source.images), most), min(target, most)
        logits = self.domain.logits(self._features(images))
        return importance_weights(logits, *rows, limit=self.settings.limit)

    def figures(self) -> list[Section]:
        """Estimated against true weights, what they do to the score, and what the shift does to the classes."""
        shifted, classes = self.shifted, len(self.labels)
        weights = self.weights["corrected"]
        scores = {"source": self.score(shifted.source.images), "target": self.score(shifted.unlabelled.images)}
        one = to_svg(weights_figure(self.weights["oracle"], weights, scores, weights)).decode()
        mixes = {
            "source": _mix(shifted.source.labels, classes),
            "source, weighted": _mix(shifted.source.labels, classes, weights),
            "target": _mix(shifted.unlabelled.labels, classes),
        }
        two = to_svg(mix_figure(mixes, self.labels)).decode()
        captions = (
            "Weights of the source images, and their score with and without them.",
            "The class mix moves with the images; the weights, made without a label, bring it along.",
        )
        parts = [figure(svg, caption=caption) for svg, caption in zip((one, two), captions, strict=True)]
        return [Section("Density ratio", join([*parts, text(self._forecast())]))]

    def _forecast(self) -> str:
        """What the validation set of the source says of the accuracy on the target, weighted and not."""
        validation, test = self.shifted.validation, self.shifted.test
        hits, true = (
            (self.probabilities("corrected", part.images).argmax(1) == part.labels).float()
            for part in (validation, test)
        )
        weighted = weighted_risk(hits, self._weigh(validation.images))
        return (
            f"The corrected network's accuracy on the validation set of the source is {float(hits.mean()):.3f}; "
            f"weighted, it forecasts {float(weighted):.3f} for the target, where it is {float(true.mean()):.3f}. "
            f"The classifier of target against source took {self.domain.steps} Newton steps."
        )


def _some(rows: int, most: int) -> Tensor:
    return torch.randperm(rows, generator=torch.Generator().manual_seed(0))[:most].sort().values


def _mix(labels: Tensor, classes: int, weights: Tensor | None = None) -> Tensor:
    return torch.bincount(labels, weights, minlength=classes).double() / (
        len(labels) if weights is None else weights.sum()
    )
