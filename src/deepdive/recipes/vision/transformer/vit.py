"""Vision transformer on Fashion-MNIST (D2L 11.8)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.ranges.types import BatchSize, Depth, Epochs, GradientBound, Heads, Probability, Side, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings
from deepdive.recipes.vision.settings import AugmentationSettings, ImageClassificationSettings

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.images import ImageSpec
    from deepdive.toolkit import Toolkit


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
        "smoke": {"epochs": 1, "steps": 150, "log_every": 25, "hidden_size": 32, "num_layers": 2, "ffn_size": 64},
        "quick": {},
        "book": {
            "image_size": 96,
            "patch_size": 16,
            "hidden_size": 512,
            "num_layers": 2,
            "num_heads": 8,
            "ffn_size": 2048,
            "dropout": 0.1,
        },
    },
    keywords=("vision-transformer", "attention"),
)
@dataclass(frozen=True)
class VisionTransformerSettings(ImageClassificationSettings):
    """A vision transformer and how it is trained."""

    patch_size: Side = 7
    """Height and width of a patch in pixels; the patches must fill the image; 16 in the paper."""
    hidden_size: Width = 96
    """Size of the vector of each token; 768 in the paper's base network."""
    num_layers: Depth = 4
    """Encoder blocks; 12 in the paper's base network."""
    num_heads: Heads = 4
    """Attention heads; they must divide the hidden size."""
    ffn_size: Width = 192
    """Hidden units of the MLP in each block; four times the hidden size in the paper."""
    dropout: Probability = 0.0
    """Dropout probability of the embedded patches and of the outputs of attention and MLP."""
    attention_dropout: Probability = 0.0
    """Dropout probability of the attention weights."""
    epochs: Epochs = 10
    batch_size: BatchSize = 128
    augment: AugmentationSettings = field(default_factory=lambda: AugmentationSettings(flip=True))
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=2e-3, weight_decay=0.05, decay_norm_and_bias=False)
    )
    clip_norm: GradientBound | None = 1.0

    def network(self, metadata: "ImageSpec", nn: "Toolkit") -> "Module":
        """The network for such images, of layers of this toolkit."""
        from deepdive.models.vision import VisionTransformer

        return VisionTransformer(
            len(metadata.labels),
            metadata.channels,
            image_size=(metadata.height, metadata.width),
            patch_size=self.patch_size,
            hidden_size=self.hidden_size,
            num_layers=self.num_layers,
            num_heads=self.num_heads,
            ffn_size=self.ffn_size,
            dropout=self.dropout,
            attention_dropout=self.attention_dropout,
            nn=nn,
        )
