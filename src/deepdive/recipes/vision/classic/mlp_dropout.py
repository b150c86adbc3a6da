"""A multilayer perceptron with dropout on Fashion-MNIST (textbook section 5.6; early stopping: 5.5)."""

from dataclasses import dataclass, field

from deepdive.recipes.ranges.types import CountOrNone, Epochs, Probability, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.classic.mlp import MLPSettings


@recipe(
    "mlp-dropout",
    chapter=5,
    section="5.6",
    title="Dropout and early stopping on Fashion-MNIST",
    data="fashion-mnist",
    experiment="deepdive.recipes.vision.classification:ImageClassification",
    targets=(
        Target("test_accuracy", 0.70, when={"preset": "smoke"}),
        Target("test_accuracy", 0.84, when={"preset": "book"}),
        Target("test_accuracy", 0.87),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 100, "log_every": 20},
        "quick": {},
        "book": {
            "epochs": 10,
            "batch_size": 256,
            "schedule": "constant",
            "normalize": False,
            "validation": 0,
            "patience": None,
            "optimizer": {"name": "sgd", "lr": 0.1, "momentum": 0.0},
        },
    },
)
@dataclass(frozen=True)
class MLPDropoutSettings(MLPSettings):
    """Two hidden layers, each with half of its units dropped in training."""

    hidden: tuple[Width, ...] = (256, 256)
    """Width of each hidden layer."""
    dropout: Probability = 0.5
    """Share of hidden units dropped in training."""
    validation: CountOrNone = 5000
    """Training pictures held out to choose the best epoch and, with patience, to end early."""
    patience: Epochs | None = 3
    """End after so many epochs without a better validation loss."""
    epochs: Epochs = 15
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.002))
