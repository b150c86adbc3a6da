"""Softmax regression on Fashion-MNIST (textbook sections 4.4 and 4.5)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import ImageClassificationSettings

if TYPE_CHECKING:
    from deepdive.recipes.vision.classification import ImageClassification


@dataclass(frozen=True)
class SoftmaxRegressionSettings(ImageClassificationSettings):
    """Softmax regression and how it is trained."""

    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.003))


@recipe(
    "softmax-regression",
    chapter="4.5",
    title="Softmax regression on Fashion-MNIST",
    data="fashion-mnist",
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
def softmax_regression(settings: SoftmaxRegressionSettings) -> "ImageClassification":
    """One linear layer and a softmax."""
    from deepdive.models.perceptrons import SoftmaxRegression
    from deepdive.recipes.vision.classification import ImageClassification

    return ImageClassification(
        settings,
        lambda spec, nn: SoftmaxRegression(spec.channels * spec.height * spec.width, len(spec.labels), nn=nn),
    )
