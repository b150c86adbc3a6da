"""Translation by a decoder that looks back at the sentence (textbook section 11.4)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deepdive.recipes.language.translation.seq2seq import Seq2SeqSettings
from deepdive.recipes.ranges.types import Width
from deepdive.recipes.registry import Target, recipe

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.toolkit import Toolkit


@recipe(
    "bahdanau",
    chapter=11,
    section="11.4",
    title="English to French with attention: the decoder looks back at every word",
    data="fra-eng",
    experiment="deepdive.recipes.language.translation.experiment:TranslationExperiment",
    targets=(
        Target("test_bleu", 0.5, when={"preset": "smoke"}),
        Target("test_bleu", 40.0),
    ),
    presets={
        "smoke": {
            "epochs": 3,
            "pairs": 3000,
            "test": 100,
            "validation": 100,
            "embedding": 64,
            "hidden": 64,
            "attention": 64,
            "beams": 1,
            "log_every": 20,
            "optimizer": {"lr": 0.01},
        },
        "quick": {},
        "book": {"epochs": 10, "hidden": 512, "attention": 512, "layers": 2},
    },
)
@dataclass(frozen=True)
class BahdanauSettings(Seq2SeqSettings):
    """The network of seq2seq with attention, and how it is trained."""

    hidden: Width = 256
    """Width of the state, and of what is read at each place."""
    attention: Width = 256
    """Units of the perceptron that scores a place of the sentence."""

    def network(self, metadata: "SequenceSizes", nn: "Toolkit") -> "Module":
        """The network for such data, out of the parts of this toolkit."""
        from deepdive.models.language import BahdanauDecoder

        return BahdanauDecoder(
            metadata.source,
            metadata.target,
            self.embedding,
            self.hidden,
            self.attention,
            self.layers,
            self.cell,
            self.dropout,
            self.bidirectional,
            metadata.padding,
            nn=nn,
        )
