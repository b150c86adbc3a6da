"""A multilayer perceptron on Fashion-MNIST (D2L 5.1, 5.2)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges.types import Probability, Width
from deepdive.recipes.registry import recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import CLASSIFICATION, SMOKE, ImageClassificationSettings, accuracies, d2l

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
    experiment=CLASSIFICATION,
    targets=accuracies(smoke=0.75, book=0.84, quick=0.86),
    presets={"smoke": SMOKE, "quick": {}, "book": d2l()},
    keywords=("perceptron", "dense", "feed-forward", "mnist"),
)
@dataclass(frozen=True)
class MLPSettings(ImageClassificationSettings):
    """A multilayer perceptron and how it is trained."""

    hidden: tuple[Width, ...] = (256,)
    """Units of each hidden layer."""
    activation: Literal["ReLU", "LeakyReLU", "PReLU", "Sigmoid", "Tanh", "GELU"] = "ReLU"
    """Activation function between the layers."""
    dropout: Probability = 0.0
    """Dropout probability of the hidden units."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.003))

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.perceptrons import MLP

        return MLP(
            metadata.channels * metadata.height * metadata.width,
            len(metadata.labels),
            self.hidden,
            self.activation,
            self.dropout,
            nn=nn,
        )
