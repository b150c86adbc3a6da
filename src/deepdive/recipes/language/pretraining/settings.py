"""Settings of the recipes that pretrain on a text from which something is missing. Free of torch."""

from dataclasses import dataclass, field
from pathlib import Path

from deepdive.recipes.ranges.types import BatchSize, Count, Depth, Epochs, GradientBound, Heads, Probability, Width
from deepdive.recipes.settings import OptimizerSettings, ScheduleName, TrainingSettings, make_paths_absolute


@dataclass(frozen=True)
class PretrainingSettings(TrainingSettings):
    """Training settings, the text, its pieces, and the sizes that every transformer has."""

    data: str = "wikitext2"
    """A named text (deepdive data list), or a text file of one's own with a paragraph per line, in UTF-8."""
    characters: Count | None = None
    """Learn from so many characters of the text, its beginning; from all if not given."""
    pieces: Count = 4000
    """Different pieces of words, learnt from the text."""
    width: Width = 128
    """Of all vectors."""
    heads: Heads = 2
    """Of attention."""
    layers: Depth = 2
    """Blocks."""
    dropout: Probability = 0.0
    """Share that is dropped in training."""
    epochs: Epochs = 3
    batch_size: BatchSize = 32
    clip_norm: GradientBound | None = 1.0
    schedule: ScheduleName = "slanted-triangular"
    """How the learning rate changes from step to step; slanted-triangular: up during the first tenth, then down."""
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=1e-3, weight_decay=0.01, decay_norm_and_bias=False)
    )

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)
