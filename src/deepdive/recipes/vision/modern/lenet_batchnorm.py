"""LeNet with batch normalisation on Fashion-MNIST (textbook section 8.5)."""

from typing import TYPE_CHECKING

from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.vision.classic.lenet import LeNetSettings

if TYPE_CHECKING:
    from deepdive.recipes.vision.classification import ImageClassification


@recipe(
    "lenet-batchnorm",
    chapter="8.5",
    title="LeNet with batch normalisation on Fashion-MNIST",
    data="fashion-mnist",
    targets=(
        Target("test_accuracy", 0.70, when={"preset": "smoke"}),
        Target("test_accuracy", 0.86, when={"preset": "book"}),
        Target("test_accuracy", 0.89),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 100, "log_every": 20},
        "quick": {},
        "book": {
            "epochs": 10,
            "schedule": "constant",
            "normalize": False,
            "optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.0},
        },
    },
)
def lenet_batchnorm(settings: LeNetSettings) -> "ImageClassification":
    """LeNet, classic or modern, with batch normalisation."""
    from deepdive.recipes.vision.classic.lenet import lenet_experiment

    return lenet_experiment(settings, batch_norm=True)
