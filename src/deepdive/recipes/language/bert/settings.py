"""Settings of the recipes that fine-tune BERT. Free of torch."""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from deepdive.recipes.ranges.types import BatchSize, Epochs, GradientBound, Length, PositiveFraction, Probability
from deepdive.recipes.settings import OptimizerSettings, ScheduleName, TrainingSettings, make_paths_absolute


@dataclass(frozen=True)
class FineTuningSettings(TrainingSettings):
    """Which encoder, and how it learns."""

    weights: str = "minilm-l6"
    """A named encoder (deepdive data list), or a folder with one as it is published: config.json, model.safetensors
    (or its parts and their index), and tokenizer.json or vocab.txt."""
    longest: Length = 128
    """Pieces of a text or pair, special tokens included; longer ones are cut."""
    dropout: Probability = 0.1
    """Share that is dropped in training, in the encoder and before the output."""
    decay: PositiveFraction = 0.7
    """Learning rate of a layer, as a share of that of the layer above."""
    unfreeze_every: Epochs | None = None
    """Epochs until one more layer learns, the head first; if not given, all learn from the beginning."""
    epochs: Epochs = 3
    batch_size: BatchSize = 32
    clip_norm: GradientBound | None = 1.0
    schedule: ScheduleName = "slanted-triangular"
    """How the learning rate changes from step to step; slanted-triangular: up during the first tenth, then down."""
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=3e-4, weight_decay=0.01, decay_norm_and_bias=False)
    )
    """The learning rate is that of the head."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "weights", where=Path.is_dir)


@dataclass(frozen=True)
class SentenceSettings(FineTuningSettings):
    """Which texts, and where in a file they stand."""

    data: str = "sst2"
    """Named texts (deepdive data list), a CSV or TSV file with a header, of which parts are held out, or a folder of
    such files, called train, dev or valid, and test."""
    text_column: str = "text"
    """Of a file: the texts."""
    second_column: str | None = None
    """Of a file: the other text of each pair, if they are pairs."""
    label_column: str | None = "label"
    """Of a file: the classes, if there are any."""
    score_column: str | None = None
    """Of a file: numbers to be told, if there are any."""
    pooling: Literal["pooler", "mean"] = "mean"
    """What stands for a text: the mean of all vectors, or the pooled one of its first token."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)
