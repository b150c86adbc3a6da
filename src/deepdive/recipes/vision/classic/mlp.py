"""A multilayer perceptron on Fashion-MNIST (textbook sections 5.1 and 5.2)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges.types import Probability, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import ImageClassificationSettings

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


@recipe(
    "mlp",
    chapter=5,
    section="5.2",
    title="Multilayer perceptron on Fashion-MNIST",
    data="fashion-mnist",
    experiment="deepdive.recipes.vision.classification:ImageClassification",
    targets=(
        Target("test_accuracy", 0.75, when={"preset": "smoke"}),
        Target("test_accuracy", 0.84, when={"preset": "book"}),
        Target("test_accuracy", 0.86),
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
class MLPSettings(ImageClassificationSettings):
    """A multilayer perceptron and how it is trained."""

    hidden: tuple[Width, ...] = (256,)
    """Width of each hidden layer."""
    activation: Literal["ReLU", "LeakyReLU", "PReLU", "Sigmoid", "Tanh", "GELU"] = "ReLU"
    """Between the layers."""
    dropout: Probability = 0.0
    """Share of hidden units dropped in training."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.003))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such data, out of the parts of this toolkit."""
        from deepdive.models.perceptrons import MLP

        return MLP(
            metadata.channels * metadata.height * metadata.width,
            len(metadata.labels),
            self.hidden,
            self.activation,
            self.dropout,
            nn=nn,
        )
