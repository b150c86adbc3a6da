"""Settings of the recipes that model language. Free of torch."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.ranges import Checked
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

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.recipes.language.modelling.metadata import TextMetadata
    from deepdive.toolkit import Toolkit

CellName = Literal["RNN", "GRU", "LSTM"]
PartitionName = Literal["auto", "d2l", "random", "sequential"]


@dataclass(frozen=True)
class CorpusSettings(Checked):
    """The text, its parts and its vocabulary."""

    group = "data"

    data: str = "time-machine"
    """Name of a text (see deepdive data list), or a text file of your own, in UTF-8."""
    tokens: Literal["auto", "characters", "letters", "words", "byte-pair"] = "auto"
    """What the text is cut into; letters: in lower case, all else is a space; byte-pair: subwords learnt from it, 2,000
    if vocab-size is not given; auto: as is usual for a named text, and characters for your own."""
    min_frequency: Count = 1
    """Tokens that the training set has less often than this are unknown."""
    vocab_size: Count | None = None
    """The vocabulary has at most so many tokens, the most frequent ones."""
    validation: Probability = 0.1
    """Fraction of the text that is the validation set, if the text comes as one."""
    test: Probability = 0.1
    """Fraction of the text that is the test set, its end, if the text comes as one."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)


@dataclass(frozen=True)
class TextSettings(CorpusSettings, TrainingSettings):
    """A text, how it becomes batches, and how a network is trained on it."""

    group = "data"

    partition: PartitionName = "auto"
    """How windows are cut; d2l: those that begin at the first 10,000 tokens, validated on 5,000 more; random: all,
    without overlap; sequential: in parallel streams whose state is carried on; auto: d2l for time-machine, else
    random."""
    num_steps: Length = 32
    """Tokens per window."""


@dataclass(frozen=True)
class LanguageModelSettings(TextSettings):
    """How a language model of any kind is trained, and what it is to continue."""

    epochs: Epochs = 30
    batch_size: BatchSize = 1024
    clip_norm: GradientBound | None = 1.0
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.01))
    prompt: Prompt = "time traveller"
    """The samples in the report begin with this text."""


@dataclass(frozen=True)
class RecurrentSettings(LanguageModelSettings):
    """A recurrent language model and how it is trained."""

    group = "network"

    cell: CellName = "RNN"
    """Kind of recurrent layer."""
    embedding_dim: Width | None = 32
    """Size of the learnt embedding of a token; none: one-hot vectors."""
    hidden_size: Width = 64
    """Size of the hidden state of a recurrent layer."""
    num_layers: Depth = 1
    """Number of recurrent layers."""
    dropout: Probability = 0.2
    """Dropout probability of the embeddings, between layers, and of the outputs."""
    tie_embeddings: bool = False
    """One embedding table for input and output."""

    def network(self, metadata: "TextMetadata", nn: "Toolkit") -> "Module":
        """A recurrent network over these tokens, out of the parts of this toolkit."""
        from deepdive.models.language import RecurrentLanguageModel

        sizes = self.embedding_dim, self.hidden_size, self.num_layers
        return RecurrentLanguageModel(
            len(metadata.encoder), *sizes, self.cell, self.dropout, self.tie_embeddings, nn=nn
        )
