"""Softmax regression on Fashion-MNIST (D2L 4.4, 4.5)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import CLASSIFICATION, SMOKE, ImageClassificationSettings, accuracies, d2l

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "softmax-regression",
    chapter=4,
    section="4.5",
    title="Softmax regression on Fashion-MNIST",
    data="fashion-mnist",
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.70, book=0.82, quick=0.83),
    presets={"smoke": SMOKE, "quick": {}, "book": d2l()},
    keywords=("softmax", "logistic", "mnist"),
)
@dataclass(frozen=True)
class SoftmaxRegressionSettings(ImageClassificationSettings):
    """Softmax regression and how it is trained."""

    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.003))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.perceptrons import SoftmaxRegression

        return SoftmaxRegression(metadata.channels * metadata.height * metadata.width, len(metadata.labels), nn=nn)
