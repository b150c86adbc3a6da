"""Settings of the recipes that model language. Free of torch."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from deepdive.recipes.ranges.types import (
    BatchSize,
    Count,
    Depth,
    Epochs,
    GradientBound,
    Length,
    Probability,
    Prompt,
    Width,
)
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute


@dataclass(frozen=True)
class TextSettings(TrainingSettings):
    """Training settings, the text, and how it becomes batches."""

    data: str = "time-machine"
    """A named text (deepdive data list), or a text file of one's own, in UTF-8."""
    tokens: Literal["auto", "characters", "letters", "words", "byte-pair"] = "auto"
    """What the text is cut into; letters: in lower case, all else is a space; auto: as is usual for the named text,
    and characters for one's own."""
    min_frequency: Count = 1
    """Rarer tokens are unknown."""
    max_tokens: Count | None = None
    """How many different tokens there are at most; of byte pairs 2,000 if not given."""
    partition: Literal["auto", "textbook", "random", "sequential"] = "auto"
    """How windows are cut; textbook: those that begin at the first 10,000 tokens, tested on 5,000 more; random: all,
    without overlap; sequential: in parallel streams whose state is carried on; auto: textbook for time-machine, else
    random."""
    num_steps: Length = 32
    """Tokens per window."""
    validation: Probability = 0.1
    """Share of one text to validate on."""
    test: Probability = 0.1
    """Share of one text to test on, its end."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)


@dataclass(frozen=True)
class LanguageModelSettings(TextSettings):
    """How a language model of any kind is trained, and what it is to continue."""

    epochs: Epochs = 30
    batch_size: BatchSize = 1024
    clip_norm: GradientBound | None = 1.0
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.01))
    prompt: Prompt = "time traveller"
    """What the samples in the report begin with."""


@dataclass(frozen=True)
class RecurrentSettings(LanguageModelSettings):
    """A recurrent language model and how it is trained."""

    cell: Literal["RNN", "GRU", "LSTM"] = "RNN"
    """Of the recurrent layers."""
    embedding: Width | None = 32
    """Width of the learnt vectors of tokens; none: one-hot vectors."""
    hidden: Width = 64
    """Width of the state."""
    layers: Depth = 1
    """Recurrent layers."""
    dropout: Probability = 0.2
    """Share of inputs, of values between layers and of outputs that is dropped in training."""
    tied: bool = False
    """Whether input and output share their table of vectors."""
