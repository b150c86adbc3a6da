"""Translation by a decoder that looks back at the sentence (textbook section 11.4)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from deepdive.recipes.language.translation.seq2seq import Seq2SeqSettings
from deepdive.recipes.ranges.types import Width
from deepdive.recipes.registry import Target, recipe

if TYPE_CHECKING:
    from deepdive.recipes.language.translation.experiment import TranslationExperiment


@dataclass(frozen=True)
class BahdanauSettings(Seq2SeqSettings):
    """The network of seq2seq with attention, and how it is trained."""

    hidden: Width = 256
    """Width of the state, and of what is read at each place."""
    attention: Width = 256
    """Units of the perceptron that scores a place of the sentence."""


@recipe(
    "bahdanau",
    chapter="11.4",
    title="English to French with attention: the decoder looks back at every word",
    data="fra-eng",
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
def bahdanau(settings: BahdanauSettings) -> "TranslationExperiment":
    """Translate short sentences, and see where each word comes from."""
    from deepdive.models.language import BahdanauDecoder
    from deepdive.recipes.language.translation.experiment import TranslationExperiment

    return TranslationExperiment(
        settings,
        lambda sizes, nn: BahdanauDecoder(
            sizes.source,
            sizes.target,
            settings.embedding,
            settings.hidden,
            settings.attention,
            settings.layers,
            settings.cell,
            settings.dropout,
            settings.bidirectional,
            sizes.padding,
            nn=nn,
        ),
    )
