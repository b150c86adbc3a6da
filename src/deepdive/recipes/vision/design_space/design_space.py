"""Design spaces of networks, compared by the errors of many samples (D2L 8.8)."""

from dataclasses import dataclass, field
from typing import Annotated, Literal

from msgspec import Meta

from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import Count, Depth, Epochs, Few, PositiveMagnitude, Stages, Steps, Width, Workers
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import ImageClassificationSettings

Space = Literal["anynet-a", "anynet-b", "anynet-c", "anynet-d", "anynet-e", "regnet"]


@recipe(
    "design-space",
    chapter=8,
    section="8.8",
    title="AnyNet design spaces, compared",
    data="fashion-mnist",
    experiment="deepdive.recipes.vision.design_space.experiment:DesignSpaceExperiment",
    targets=(
        Target("test_accuracy", 0.5, when={"preset": "smoke"}),
        Target("edf_gain", 0.0, when={"preset": "book"}),
        Target("edf_gain", 0.002),
    ),
    presets={
        "smoke": {"samples": 2, "steps": 40, "validation": 2000, "mega_flops": (0.2, 0.4), "log_every": 10},
        "quick": {},
        "book": {
            "spaces": ("anynet-a", "anynet-b", "anynet-c", "anynet-d", "anynet-e", "regnet"),
            "samples": 100,
            "epochs": 2,
            "steps": None,
        },
    },
)
@dataclass(frozen=True)
class DesignSpaceSettings(ImageClassificationSettings):
    """The spaces, what is drawn from them, and how each sample is trained."""

    spaces: Annotated[tuple[Space, ...], Meta(min_length=2)] = ("anynet-a", "anynet-e")
    """Design spaces, two or more; edf_gain compares the last with the first."""
    samples: Few = 36
    """Networks drawn from each space."""
    workers: Workers = 2
    """Processes that train, each on one thread; the results are the same with any number of them."""
    mega_flops: tuple[PositiveMagnitude, PositiveMagnitude] = (0.4, 0.6)
    """Least and greatest cost of a network, in millions of operations (FLOPs) for one image."""
    stages: Stages = 3
    """Stages of every network; each halves the image."""
    max_depth: Depth = 4
    """Most blocks of a stage."""
    max_width: Width = 128
    """Most channels of a stage."""
    stem: Literal["imagenet", "small"] = "imagenet"
    """First convolution: one that halves the image (imagenet), or one that does not (small)."""
    stem_width: Width = 8
    """Channels of the first convolution."""
    validation: Count = 5000
    """Size of the validation set, on which the errors are measured."""
    epochs: Epochs = 1
    """Passes over the training data, for each sample."""
    steps: Steps | None = 200
    """End the training of a sample after this many optimiser steps."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings(lr=0.1, weight_decay=5e-5))
    precision: Literal["fp32", "bf16", "fp16"] = "fp32"
    """Precision of matrix products, the same for all samples."""

    def _settle(self) -> None:
        super()._settle()
        if len(set(self.spaces)) < len(self.spaces):
            raise SettingError("spaces", "different ones, each named once", self.spaces)
        if self.mega_flops[0] > self.mega_flops[1]:
            raise SettingError("mega_flops", "the least cost, then the greatest", self.mega_flops)
