"""LeNet with batch normalisation on Fashion-MNIST (textbook section 8.5)."""

from dataclasses import dataclass

from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.vision.classic.lenet import LeNetSettings


@recipe(
    "lenet-batchnorm",
    chapter=8,
    section="8.5",
    title="LeNet with batch normalisation on Fashion-MNIST",
    data="fashion-mnist",
    experiment="deepdive.recipes.vision.classification:ImageClassification",
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
@dataclass(frozen=True)
class LeNetBatchNormSettings(LeNetSettings):
    """LeNet, classic or modern, with batch normalisation."""

    batch_norm: bool = True
    """Batch normalisation after every hidden layer."""
