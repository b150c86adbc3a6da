"""Time and loss against the batch size, on the airfoil data (D2L 12.5)."""

from dataclasses import dataclass

from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.types import BatchSize, Epochs, LearningRate, Seed
from deepdive.recipes.registry import Target, recipe


@recipe(
    "airfoil",
    chapter=12,
    section="12.5",
    title="Minibatches: time and loss",
    data="airfoil",
    experiment="deepdive.recipes.optimizing.airfoil_experiment:AirfoilExperiment",
    targets=(
        Target("scaled_loss", 0.26, when={"preset": "smoke"}, higher_is_better=False),
        Target("scaled_loss", 0.26, when={"preset": "book"}, higher_is_better=False),
        Target("scaled_loss", 0.246, higher_is_better=False),
    ),
    presets={
        "smoke": {"batch_sizes": [10, 1500], "epochs": 2, "lr_per_example": 0.005},
        "quick": {},
        "book": {"epochs": 2, "lr_per_example": 0.005},
    },
    keywords=("optimization", "optimisation", "sgd", "minibatch", "batch-size", "vectorization"),
)
@dataclass(frozen=True)
class AirfoilSettings(Checked):
    """Batch sizes, and how long each learns."""

    batch_sizes: tuple[BatchSize, ...] = (1, 3, 10, 30, 100, 300, 1500)
    """Batch sizes that are compared; 10 is always among them."""
    epochs: Epochs = 8
    """Passes over the rows; batches of all of them are learnt from for 20 at least."""
    lr_per_example: LearningRate = 0.001
    """Learning rate per example of a batch; that of a batch is at most 1."""
    seed: Seed = 0
    """Seed of the initial weights and of the order of the rows."""
