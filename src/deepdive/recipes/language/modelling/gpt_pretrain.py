"""A GPT learnt from a text: characters of a novel, or byte pairs of Wikipedia (textbook section 11.9.3)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.language.modelling.settings import WritingSettings
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings

if TYPE_CHECKING:
    from deepdive.recipes.language.modelling.gpt_experiment import GPTExperiment


@dataclass(frozen=True)
class GPTPretrainSettings(WritingSettings):
    """The network and how it is trained."""

    context: int = 64
    """Most tokens that it sees at once; windows are no longer than this."""
    width: int = 64
    """Of all vectors."""
    heads: int = 4
    """Of attention."""
    layers: int = 2
    """Blocks."""
    dropout: float = 0.2
    """Share of vectors, of attention weights and of each part's outcome that is dropped in training."""
    positions: Literal["learnt", "rotary"] = "rotary"
    """A learnt vector for each place, or queries and keys turned by their place."""
    epochs: int = 12
    batch_size: int = 512
    clip_norm: float | None = 1.0
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=0.005, weight_decay=0.1, decay_norm_and_bias=False)
    )


@recipe(
    "gpt-pretrain",
    chapter="11.9.3",
    title="A GPT over the characters of The Time Machine; book: over byte pairs of WikiText-2",
    data="time-machine",
    targets=(
        Target("val_loss", 2.7, when={"preset": "smoke"}, higher_is_better=False),
        Target("val_loss", 1.80, higher_is_better=False),
    ),
    presets={
        "smoke": {"epochs": 3, "log_every": 10},
        "quick": {},
        "book": {
            "data": "wikitext2",
            "tokens": "byte-pair",
            "max_tokens": 8192,
            "num_steps": 128,
            "context": 256,
            "width": 256,
            "layers": 4,
            "dropout": 0.1,
            "epochs": 1,
            "batch_size": 16,
            "log_every": 100,
            "prompt": " The game was",
            "optimizer": {"lr": 0.0015},
        },
    },
)
def gpt_pretrain(settings: GPTPretrainSettings) -> "GPTExperiment":
    """Predict each next token by attention alone."""
    from deepdive.models.transformers import GPT
    from deepdive.recipes.language.modelling.gpt_experiment import GPTExperiment

    return GPTExperiment(
        settings,
        lambda tokens, nn: GPT(
            tokens,
            settings.context,
            settings.width,
            settings.heads,
            settings.layers,
            dropout=settings.dropout,
            positions=settings.positions,
            nn=nn,
        ),
    )
