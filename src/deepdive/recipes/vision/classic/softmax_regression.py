"""Softmax regression on Fashion-MNIST (textbook sections 4.4 and 4.5)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import ImageClassificationSettings

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
    experiment="deepdive.recipes.vision.classification:ImageClassification",
    targets=(
        Target("test_accuracy", 0.70, when={"preset": "smoke"}),
        Target("test_accuracy", 0.82, when={"preset": "book"}),
        Target("test_accuracy", 0.83),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 100, "log_every": 20},
        "quick": {},
        "book": {
            "epochs": 10,
            "batch_size": 256,
            "schedule": "constant",
            "normalize": False,
            "optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.0},
        },
    },
)
@dataclass(frozen=True)
class SoftmaxRegressionSettings(ImageClassificationSettings):
    """Softmax regression and how it is trained."""

    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.003))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such data, out of the parts of this toolkit."""
        from deepdive.models.perceptrons import SoftmaxRegression

        return SoftmaxRegression(metadata.channels * metadata.height * metadata.width, len(metadata.labels), nn=nn)
