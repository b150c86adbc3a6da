"""LeNet with batch normalisation on Fashion-MNIST (D2L 8.5)."""

from dataclasses import dataclass

from deepdive.recipes.registry import recipe
from deepdive.recipes.vision.classic.lenet import LeNetSettings
from deepdive.recipes.vision.settings import CLASSIFICATION, SMOKE, accuracies, d2l


@recipe(
    "lenet-batchnorm",
    chapter=8,
    section="8.5",
    title="LeNet with batch normalisation",
    data="fashion-mnist",
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.70, book=0.86, quick=0.89),
    presets={"smoke": SMOKE, "quick": {}, "book": d2l(batch_size=128)},
)
@dataclass(frozen=True)
class LeNetBatchNormSettings(LeNetSettings):
    """LeNet, classic or modern, with batch normalisation."""

    batch_norm: bool = True
    """Batch normalisation after every hidden layer."""
