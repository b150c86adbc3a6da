"""Translation by attention alone: the transformer (textbook section 11.7)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.language.translation.settings import TranslationSettings
from deepdive.recipes.ranges.types import Depth, Epochs, Fraction, Heads, Probability, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.toolkit import Toolkit


@recipe(
    "transformer",
    chapter=11,
    section="11.7",
    title="English to French by attention alone: encoder and decoder",
    data="fra-eng",
    experiment="deepdive.recipes.language.translation.experiment:TranslationExperiment",
    targets=(
        Target("test_bleu", 0.5, when={"preset": "smoke"}),
        Target("test_bleu", 45.0),
    ),
    presets={
        "smoke": {
            "epochs": 3,
            "pairs": 3000,
            "test": 100,
            "validation": 100,
            "width": 64,
            "hidden": 128,
            "layers": 1,
            "beams": 1,
            "log_every": 20,
            "optimizer": {"lr": 0.005},
        },
        "quick": {},
        "book": {"epochs": 12, "width": 512, "heads": 8, "layers": 6, "hidden": 2048, "optimizer": {"lr": 0.0005}},
    },
)
@dataclass(frozen=True)
class TransformerSettings(TranslationSettings):
    """The network and how it is trained."""

    width: Width = 256
    """Of all vectors."""
    heads: Heads = 4
    """Of attention."""
    layers: Depth = 3
    """Blocks of encoder and of decoder."""
    hidden: Width = 512
    """Numbers inside the feed-forward networks."""
    dropout: Probability = 0.1
    """Share of vectors and of each part's outcome that is dropped in training."""
    attention_dropout: Probability = 0.0
    """Share of attention weights that is dropped in training."""
    norm_first: bool = True
    """Normalise before each part (pre-norm), or after it, as the first transformer did (post-norm)."""
    activation: Literal["relu", "gelu", "gated-gelu"] = "relu"
    """Of the feed-forward networks."""
    tied: bool = True
    """Whether the output and the target language share their table of vectors."""
    epochs: Epochs = 3
    label_smoothing: Fraction = 0.1
    """Share of every target spread evenly over all words."""
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.001))

    def network(self, metadata: "SequenceSizes", nn: "Toolkit") -> "Module":
        """The network for such data, out of the parts of this toolkit."""
        from deepdive.models.transformers import TransformerTranslator

        return TransformerTranslator(
            metadata.source,
            metadata.target,
            self.width,
            self.heads,
            self.layers,
            self.hidden,
            self.dropout,
            self.attention_dropout,
            self.norm_first,
            self.activation,
            self.tied,
            nn=nn,
        )
