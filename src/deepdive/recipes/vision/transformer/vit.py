"""Vision transformer on Fashion-MNIST (textbook section 11.8)."""

from dataclasses import dataclass, field

from deepdive.recipes.ranges.types import BatchSize, Depth, Epochs, GradientBound, Heads, Probability, Side, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import AugmentationSettings, ImageClassificationSettings


@recipe(
    "vit",
    chapter=11,
    section="11.8",
    title="Vision transformer on Fashion-MNIST",
    data="fashion-mnist",
    experiment="deepdive.recipes.vision.transformer.experiment:VisionTransformerExperiment",
    targets=(
        Target("test_accuracy", 0.55, when={"preset": "smoke"}),
        Target("test_accuracy", 0.88),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 150, "log_every": 25, "width": 32, "depth": 2, "hidden": 64},
        "quick": {},
        "book": {
            "image_size": 96,
            "patch_size": 16,
            "width": 512,
            "depth": 2,
            "heads": 8,
            "hidden": 2048,
            "dropout": 0.1,
        },
    },
)
@dataclass(frozen=True)
class VisionTransformerSettings(ImageClassificationSettings):
    """A vision transformer and how it is trained."""

    patch_size: Side = 7
    """Pixels a side of the patches, which must fill the picture; 16 in the paper."""
    width: Width = 96
    """Of the tokens' vectors; 768 in the paper's base network."""
    depth: Depth = 4
    """Encoder blocks; 12 in the paper's base network."""
    heads: Heads = 4
    """Of attention; they share the width."""
    hidden: Width = 192
    """Width of the MLP within a block; four times that of the tokens in the paper."""
    dropout: Probability = 0.0
    """Share dropped of the embedded patches and of what each part adds."""
    attention_dropout: Probability = 0.0
    """Share of attention weights dropped."""
    epochs: Epochs = 10
    batch_size: BatchSize = 128
    augment: AugmentationSettings = field(default_factory=lambda: AugmentationSettings(flip=True))
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=2e-3, weight_decay=0.05, decay_norm_and_bias=False)
    )
    clip_norm: GradientBound | None = 1.0
