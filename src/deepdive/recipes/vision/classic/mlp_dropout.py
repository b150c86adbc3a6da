"""A multilayer perceptron with dropout on Fashion-MNIST (D2L 5.6; early stopping: 5.5)."""

from dataclasses import dataclass, field

from deepdive.recipes.ranges.types import CountOrNone, Epochs, Probability, Width
from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.classic.mlp import MLPSettings
from deepdive.recipes.vision.settings import CLASSIFICATION, SMOKE, accuracies, d2l


@recipe(
    "mlp-dropout",
    chapter=5,
    section="5.6",
    title="MLP with dropout and early stopping",
    data="fashion-mnist",
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.70, book=0.84, quick=0.87),
    presets={"smoke": SMOKE, "quick": {}, "book": d2l(validation=0, patience=None)},
)
@dataclass(frozen=True)
class MLPDropoutSettings(MLPSettings):
    """Two hidden layers, each with half of its units dropped in training."""

    hidden: tuple[Width, ...] = (256, 256)
    """Units of each hidden layer."""
    dropout: Probability = 0.5
    """Dropout probability of the hidden units."""
    validation: CountOrNone = 5000
    """Size of the validation set, which chooses the best epoch and, with patience, when to stop."""
    patience: Epochs | None = 3
    """Early stopping: end after so many epochs without a better validation loss."""
    epochs: Epochs = 15
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.002))
