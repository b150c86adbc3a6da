"""BERT learnt from a text: hidden words, and which sentences follow each other (textbook sections 15.8 to 15.10)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

from msgspec import Meta

from deepdive.recipes.language.pretraining.settings import PretrainingSettings
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import Magnitude, Prompt, ProperFraction
from deepdive.recipes.registry import Target, recipe

if TYPE_CHECKING:
    from deepdive.recipes.language.pretraining.bert_experiment import BertPretrainExperiment

_GAP = "[MASK]"
"""As `deepdive.data.subwords.MASK`, which cannot be had without torch."""


@dataclass(frozen=True)
class BertPretrainSettings(PretrainingSettings):
    """The text, what is hidden of it, and the network."""

    longest: Annotated[int, Meta(ge=5, le=100_000)] = 64
    """Pieces of a pair of sentences, special tokens included; longer ones are cut."""
    share: ProperFraction = 0.15
    """Of pieces that are hidden."""
    next_weight: Magnitude = 1.0
    """Of the loss of pairs beside that of hidden pieces."""
    prompt: Prompt = "he was [MASK] in the [MASK] ."
    """A sentence whose hidden words the report fills in."""

    def _settle(self) -> None:
        super()._settle()
        if _GAP not in self.prompt:
            raise SettingError("prompt", f"a text with a gap, {_GAP}", self.prompt)


@recipe(
    "bert-pretrain",
    chapter="15.10",
    title="A small BERT learnt from WikiText-2: hidden words, and whether sentences follow each other",
    data="wikitext2",
    targets=(
        Target("test_masked_accuracy", 0.03, when={"preset": "smoke"}),
        Target("test_masked_accuracy", 0.25),
    ),
    presets={
        "smoke": {"characters": 400_000, "pieces": 1000, "epochs": 1, "steps": 60, "log_every": 20, "width": 64},
        "quick": {},
        "book": {
            "epochs": 10,
            "pieces": 8000,
            "width": 256,
            "heads": 4,
            "layers": 4,
            "optimizer": {"lr": 5e-4},
        },
    },
)
def bert_pretrain(settings: BertPretrainSettings) -> "BertPretrainExperiment":
    """Guess hidden words, and which sentences follow each other."""
    from deepdive.recipes.language.pretraining.bert_experiment import BertPretrainExperiment

    return BertPretrainExperiment(settings)
