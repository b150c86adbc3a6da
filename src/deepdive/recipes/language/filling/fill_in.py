"""Gaps in a text, filled from both sides (D2L 10.4)."""

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from deepdive.recipes.language.modelling.settings import CellName, PartitionName, TextSettings
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import BatchSize, Epochs, GradientBound, Length, Probability, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings

if TYPE_CHECKING:
    from torch.nn import Module

    from deepdive.recipes.language.modelling.metadata import TextMetadata
    from deepdive.toolkit import Toolkit


@recipe(
    "fill-in",
    chapter=10,
    section="10.4",
    title="Missing letters: bidirectional RNN",
    data="time-machine",
    experiment="deepdive.recipes.language.filling.experiment:FillInExperiment",
    targets=(
        Target("test_accuracy", 0.3, when={"preset": "smoke"}),
        Target("test_accuracy", 0.7),
    ),
    presets={
        "smoke": {"epochs": 1, "log_every": 20},
        "quick": {},
        "book": {"epochs": 30, "hidden_size": 256, "dropout": 0.3},
    },
)
@dataclass(frozen=True)
class FillInSettings(TextSettings):
    """A network that reads from both sides, and one from the left alone to compare it with."""

    partition: PartitionName = "random"
    """How windows are cut; d2l: those that begin at the first 10,000 tokens, validated on 5,000 more; random: all,
    without overlap; auto: d2l for time-machine, else random; sequential is refused."""
    num_steps: Length = 64
    epochs: Epochs = 15
    batch_size: BatchSize = 32
    cell: CellName = "GRU"
    """Kind of recurrent layer."""
    embedding_dim: Width = 32
    """Size of the learnt embedding of a token."""
    hidden_size: Width = 128
    """Size of the hidden state of each direction."""
    dropout: Probability = 0.1
    """Dropout probability of the embeddings and of the outputs."""
    clip_norm: GradientBound | None = 1.0
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.005))

    def _settle(self) -> None:
        super()._settle()
        if self.partition == "sequential":
            rule = "another one, as what is behind a gap cannot be carried from window to window"
            raise SettingError("partition", rule, self.partition)

    def network(self, metadata: "TextMetadata", nn: "Toolkit", *, bidirectional: bool) -> "Module":
        """A network over these tokens, out of the parts of this toolkit."""
        from deepdive.models.language import FillInModel

        sizes = len(metadata.encoder), self.embedding_dim, self.hidden_size
        return FillInModel(*sizes, self.cell, self.dropout, bidirectional, nn=nn)
