"""LeNet on Fashion-MNIST (textbook section 7.6)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import ImageClassificationSettings

if TYPE_CHECKING:
    from deepdive.recipes.vision.classification import ImageClassification


@dataclass(frozen=True)
class LeNetSettings(ImageClassificationSettings):
    """LeNet and how it is trained."""

    modern: bool = False
    """ReLU and max pooling in place of sigmoid and average pooling."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.01))


@recipe(
    "lenet",
    chapter="7.6",
    title="LeNet on Fashion-MNIST",
    data="fashion-mnist",
    targets=(
        Target("test_accuracy", 0.50, when={"preset": "smoke"}),
        Target("test_accuracy", 0.89, when={"modern": True}),
        Target("test_accuracy", 0.87, when={"preset": "book"}),
        Target("test_accuracy", 0.85),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 100, "log_every": 20},
        "quick": {},
        "book": {"epochs": 10},
    },
)
def lenet(settings: LeNetSettings) -> "ImageClassification":
    """LeNet, classic or modern."""
    return lenet_experiment(settings)


def lenet_experiment(settings: LeNetSettings, *, batch_norm: bool = False) -> "ImageClassification":
    """The experiment of LeNet's settings; the recipe of section 8.5 adds batch normalisation."""
    from deepdive.models.vision.lenet import LeNet
    from deepdive.recipes.vision.classification import ImageClassification

    return ImageClassification(
        settings,
        lambda spec, nn: LeNet(
            len(spec.labels),
            spec.channels,
            image_size=(spec.height, spec.width),
            modern=settings.modern,
            batch_norm=batch_norm,
            nn=nn,
        ),
    )
