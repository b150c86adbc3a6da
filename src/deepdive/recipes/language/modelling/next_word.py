"""A predictor of the next word, learnt from newspaper text (Zaremba et al., 2014)."""

from dataclasses import dataclass, field
from typing import Literal

from deepdive.recipes.language.modelling.settings import CellName, PartitionName, RecurrentSettings
from deepdive.recipes.ranges.types import BatchSize, Count, Depth, Epochs, Length, Prompt, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings


@recipe(
    "next-word",
    chapter=10,
    title="Next word: LSTM on Penn Treebank",
    data="ptb",
    experiment="deepdive.recipes.language.modelling.experiment:NextWordExperiment",
    targets=(
        Target("test_perplexity", 900.0, when={"preset": "smoke"}, higher_is_better=False),
        Target("test_perplexity", 115.0, when={"preset": "book"}, higher_is_better=False),
        Target("test_perplexity", 160.0, higher_is_better=False),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 60, "log_every": 20, "hidden_size": 64, "embedding_dim": 64, "num_layers": 1},
        "quick": {},
        "book": {"epochs": 10, "dropout": 0.35},
    },
    keywords=("language-model", "lstm", "autocomplete"),
)
@dataclass(frozen=True)
class NextWordSettings(RecurrentSettings):
    """Two layers over words, whose state is carried from window to window."""

    data: str = "ptb"
    tokens: Literal["auto", "characters", "letters", "words", "byte-pair"] = "words"
    vocab_size: Count | None = 10_000
    partition: PartitionName = "sequential"
    num_steps: Length = 35
    epochs: Epochs = 3
    batch_size: BatchSize = 32
    cell: CellName = "LSTM"
    embedding_dim: Width | None = 256
    hidden_size: Width = 256
    num_layers: Depth = 2
    tie_embeddings: bool = True
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.004))
    prompt: Prompt = "the company said"
    """The samples and suggestions in the report begin with this text."""
