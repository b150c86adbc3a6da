"""GPT on any text: pretraining by the next token (textbook section 11.9)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.language.modelling.settings import LanguageModelSettings
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import BatchSize, Depth, Epochs, Heads, Length, Probability, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings, make_paths_absolute

if TYPE_CHECKING:
    pass


@recipe(
    "gpt-pretrain",
    chapter=11,
    section="11.9",
    title="GPT on any text: the next character of The Time Machine, the next byte pair of WikiText-2",
    data="time-machine",
    experiment="deepdive.recipes.language.modelling.experiment:LanguageModelExperiment",
    targets=(
        Target("val_loss", 2.7, when={"preset": "smoke"}, higher_is_better=False),
        Target("val_word_perplexity", 330.0, when={"preset": "wikitext2"}, higher_is_better=False),
        Target("val_loss", 1.8, higher_is_better=False),
    ),
    presets={
        "smoke": {"epochs": 3, "log_every": 20},
        "quick": {},
        "wikitext2": {
            "data": "wikitext2",
            "tokens": "byte-pair",
            "max_tokens": 8192,
            "num_steps": 128,
            "batch_size": 16,
            "width": 160,
            "layers": 4,
            "dropout": 0.0,
            "epochs": 1,
            "optimizer": {"lr": 0.002},
            "prompt": "The history of the city",
        },
        "book": {"epochs": 12, "width": 192, "layers": 6, "heads": 6, "optimizer": {"lr": 0.001}},
    },
)
@dataclass(frozen=True)
class GPTSettings(LanguageModelSettings):
    """The network and how it is trained."""

    weights: str | None = None
    """A folder with a GPT-2 as it is published, to begin with: config.json, model.safetensors (or its parts and
    their index) and tokenizer.json, or vocab.json and merges.txt. Pieces, sizes and positions are then its own."""
    partition: Literal["auto", "textbook", "random"] = "auto"
    """How windows are cut; textbook: those that begin at the first 10,000 tokens, tested on 5,000 more; random: all,
    without overlap; auto: textbook for time-machine, else random."""
    num_steps: Length = 32
    """Tokens per window, and the most that the network sees at once."""
    width: Width = 64
    """Of all vectors."""
    heads: Heads = 4
    """Of attention."""
    layers: Depth = 2
    """Blocks."""
    dropout: Probability = 0.2
    """Share of vectors, of attention weights and of each part's outcome that is dropped in training."""
    positions: Literal["learnt", "rotary"] = "rotary"
    """How places are known: by a learnt table, as in GPT-2, or by rotation."""
    epochs: Epochs = 12
    batch_size: BatchSize = 512
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=0.005, weight_decay=0.1, decay_norm_and_bias=False)
    )

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "weights", where=Path.is_dir)
        if self.weights is not None and self.tokens not in ("auto", "byte-pair"):
            raise SettingError("tokens", "'auto', as weights come with their own", self.tokens)
