"""Translation through one vector: an encoder and a decoder without attention (textbook section 10.6)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.language.translation.settings import TranslationSettings
from deepdive.recipes.ranges.types import Depth, Probability, Width
from deepdive.recipes.registry import Target, recipe

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.toolkit import Toolkit


@recipe(
    "seq2seq",
    chapter=10,
    section="10.7",
    title="English to French through one vector: encoder and decoder",
    data="fra-eng",
    experiment="deepdive.recipes.language.translation.experiment:TranslationExperiment",
    targets=(
        Target("test_bleu", 0.5, when={"preset": "smoke"}),
        Target("test_bleu", 24.0),
    ),
    presets={
        "smoke": {
            "epochs": 3,
            "pairs": 3000,
            "test": 100,
            "validation": 100,
            "embedding": 64,
            "hidden": 64,
            "beams": 1,
            "log_every": 20,
            "optimizer": {"lr": 0.01},
        },
        "quick": {},
        "book": {"epochs": 10, "embedding": 256, "hidden": 512, "layers": 2},
    },
)
@dataclass(frozen=True)
class Seq2SeqSettings(TranslationSettings):
    """The network and how it is trained."""

    cell: Literal["RNN", "GRU", "LSTM"] = "GRU"
    """Of the recurrent layers."""
    embedding: Width = 256
    """Width of the vectors of words."""
    hidden: Width = 384
    """Width of the state."""
    layers: Depth = 1
    """Recurrent layers of encoder and decoder."""
    dropout: Probability = 0.2
    """Share of inputs, of values between layers and of outputs that is dropped in training."""
    bidirectional: bool = True
    """Whether the encoder reads in both directions."""

    def network(self, metadata: "SequenceSizes", nn: "Toolkit") -> "Module":
        """The network for such data, out of the parts of this toolkit."""
        from deepdive.models.language import Seq2Seq

        return Seq2Seq(
            metadata.source,
            metadata.target,
            self.embedding,
            self.hidden,
            self.layers,
            self.cell,
            self.dropout,
            self.bidirectional,
            metadata.padding,
            nn=nn,
        )
