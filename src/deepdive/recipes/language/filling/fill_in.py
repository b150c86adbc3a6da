"""Gaps in a text, filled from both sides (textbook section 10.4)."""

from dataclasses import dataclass, field
from typing import Literal

from deepdive.recipes.language.modelling.settings import TextSettings
from deepdive.recipes.ranges import SettingError
from deepdive.recipes.ranges.types import BatchSize, Epochs, GradientBound, Length, Probability, Width
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings


@recipe(
    "fill-in",
    chapter=10,
    section="10.4",
    title="Letters missing from The Time Machine: from both sides, and from the left alone",
    data="time-machine",
    experiment="deepdive.recipes.language.filling.experiment:FillInExperiment",
    targets=(
        Target("test_accuracy", 0.3, when={"preset": "smoke"}),
        Target("test_accuracy", 0.7),
    ),
    presets={
        "smoke": {"epochs": 1, "log_every": 20},
        "quick": {},
        "book": {"epochs": 30, "hidden": 256, "dropout": 0.3},
    },
)
@dataclass(frozen=True)
class FillInSettings(TextSettings):
    """A network that reads from both sides, and one from the left alone to compare it with."""

    partition: Literal["auto", "textbook", "random", "sequential"] = "random"
    """How windows are cut; random: all, without overlap."""
    num_steps: Length = 64
    """Tokens per window."""
    epochs: Epochs = 15
    batch_size: BatchSize = 32
    cell: Literal["RNN", "GRU", "LSTM"] = "GRU"
    """Of the recurrent layer."""
    embedding: Width = 32
    """Width of the vectors of tokens."""
    hidden: Width = 128
    """Width of the state of each direction."""
    dropout: Probability = 0.1
    """Share of inputs and outputs that is dropped in training."""
    clip_norm: GradientBound | None = 1.0
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.005))

    def _settle(self) -> None:
        super()._settle()
        if self.partition == "sequential":
            rule = "another one, as what is behind a gap cannot be carried from window to window"
            raise SettingError("partition", rule, self.partition)
