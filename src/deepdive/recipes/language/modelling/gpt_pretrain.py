"""GPT on any text: pretraining by the next token (D2L 11.9)."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from deepdive.recipes.language.modelling.settings import LanguageModelSettings
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import BatchSize, Depth, Epochs, Heads, Length, Probability, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings, make_paths_absolute

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.recipes.language.modelling.metadata import TextMetadata
    from deepdive.toolkit import Toolkit


@recipe(
    "gpt-pretrain",
    chapter=11,
    section="11.9",
    title="GPT, pretrained on any text",
    data="time-machine",
    experiment="deepdive.recipes.language.modelling.gpt_experiment:GPTExperiment",
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
            "vocab_size": 8192,
            "num_steps": 128,
            "batch_size": 16,
            "hidden_size": 160,
            "num_layers": 4,
            "dropout": 0.0,
            "epochs": 1,
            "optimizer": {"lr": 0.002},
            "prompt": "The history of the city",
        },
        "book": {"epochs": 12, "hidden_size": 192, "num_layers": 6, "num_heads": 6, "optimizer": {"lr": 0.001}},
    },
    keywords=("gpt", "gpt2", "gpt-2", "generate", "text", "language-model", "llm", "pretrain", "decoder"),
)
@dataclass(frozen=True)
class GPTSettings(LanguageModelSettings):
    """The network and how it is trained."""

    weights: str | None = None
    """Folder of a published GPT-2 to begin with: config.json, model.safetensors (or its parts and their index) and
    tokenizer.json, or vocab.json and merges.txt. Tokens, sizes and positions are then its own."""
    partition: Literal["auto", "d2l", "random"] = "auto"
    """How windows are cut; d2l: those that begin at the first 10,000 tokens, validated on 5,000 more; random: all,
    without overlap; auto: d2l for time-machine, else random."""
    num_steps: Length = 32
    """Tokens per window, and the most that the network sees at once."""
    hidden_size: Width = 64
    """Size of the embeddings and of all hidden states (d_model)."""
    num_heads: Heads = 4
    """Number of attention heads."""
    num_layers: Depth = 2
    """Number of transformer blocks."""
    dropout: Probability = 0.2
    """Dropout probability of embeddings, attention weights and the output of each sublayer."""
    positions: Literal["learnt", "rotary"] = "rotary"
    """Positional encoding: a learnt table, as in GPT-2, or rotary."""
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

    def network(self, metadata: "TextMetadata", nn: "Toolkit") -> "Module":
        """A GPT over these tokens, out of the parts of this toolkit; published sizes go before these settings."""
        from deepdive.models.transformers import GPT

        sizes: dict[str, Any] = {"max_positions": self.num_steps, "hidden_size": self.hidden_size}
        sizes |= {"num_heads": self.num_heads, "num_layers": self.num_layers, "positions": self.positions}
        return GPT(len(metadata.encoder), **{**sizes, **metadata.sizes}, dropout=self.dropout, nn=nn)
