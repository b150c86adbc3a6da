"""BERT learnt from a text: masked words, and which sentences follow each other (D2L 15.8 to 15.10)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deepdive.recipes.language.pretraining.settings import PretrainingSettings
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import Magnitude, Prompt, ProperFraction
from deepdive.recipes.registry import Target, recipe

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.data.subwords import Subwords
    from deepdive.toolkit import Toolkit

_GAP = "[MASK]"
"""As `deepdive.data.subwords.MASK`, which cannot be had without torch."""


@recipe(
    "bert-pretrain",
    chapter=15,
    section="15.10",
    title="BERT, pretrained on WikiText-2",
    data="wikitext2",
    experiment="deepdive.recipes.language.pretraining.bert_experiment:BertPretrainExperiment",
    targets=(
        Target("test_masked_accuracy", 0.03, when={"preset": "smoke"}),
        Target("test_masked_accuracy", 0.25),
    ),
    presets={
        "smoke": {
            "max_characters": 400_000,
            "vocab_size": 1000,
            "epochs": 1,
            "steps": 60,
            "log_every": 20,
            "hidden_size": 64,
        },
        "quick": {},
        "book": {
            "epochs": 10,
            "vocab_size": 8000,
            "hidden_size": 256,
            "num_heads": 4,
            "num_layers": 4,
            "optimizer": {"lr": 5e-4},
        },
    },
    keywords=("bert", "pretrain", "masked-language-model", "encoder"),
)
@dataclass(frozen=True)
class BertPretrainSettings(PretrainingSettings):
    """The text, what is masked of it, and the network."""

    max_length: Annotated[int, Meta(ge=5, le=100_000)] = 64
    """Most tokens of a pair of sentences, special tokens included; longer ones are cut."""
    mlm_probability: ProperFraction = 0.15
    """Fraction of tokens that are masked and to be predicted."""
    next_weight: Magnitude = 1.0
    """Weight of the loss of next-sentence prediction; that of the masked tokens is 1."""
    prompt: Prompt = "he was [MASK] in the [MASK] ."

    def _settle(self) -> None:
        super()._settle()
        if _GAP not in self.prompt:
            raise SettingError("prompt", f"a text with a gap, {_GAP}", self.prompt)

    def network(self, metadata: "Subwords", nn: "Toolkit") -> "Module":
        """A BERT with both heads over these tokens, out of the parts of this toolkit."""
        from deepdive.models.transformers import BERT, BERTForPretraining

        sizes = len(metadata), self.hidden_size, self.num_heads, self.num_layers
        return BERTForPretraining(BERT(*sizes, max_positions=self.max_length, dropout=self.dropout, nn=nn), nn=nn)
