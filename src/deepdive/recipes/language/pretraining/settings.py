"""Settings of the recipes that pretrain on a text with masked tokens or corrupted spans. Free of torch."""

from dataclasses import dataclass, field
from pathlib import Path

from deepdive.recipes.optimization import ScheduleName
from deepdive.recipes.ranges.types import BatchSize, Count, Depth, Epochs, GradientBound, Heads, Probability, Width
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute


@dataclass(frozen=True)
class PretrainingSettings(TrainingSettings):
    """Training settings, the text, its tokens, and the sizes that every transformer has."""

    data: str = "wikitext2"
    """Name of a text (see deepdive data list), or a text file of your own with a paragraph per line, in UTF-8."""
    max_characters: Count | None = None
    """Learn from so many characters of the text, its beginning; from all if not given."""
    vocab_size: Count = 4000
    """Number of different tokens (subwords), learnt from the text."""
    hidden_size: Width = 128
    """Size of the embeddings and of all hidden states (d_model)."""
    num_heads: Heads = 2
    """Number of attention heads."""
    num_layers: Depth = 2
    """Number of transformer blocks."""
    dropout: Probability = 0.0
    """Dropout probability."""
    epochs: Epochs = 3
    batch_size: BatchSize = 32
    clip_norm: GradientBound | None = 1.0
    schedule: ScheduleName = "slanted-triangular"
    """How the learning rate changes from step to step; slanted-triangular: up during the first tenth, then down."""
    optimizer: OptimizerSettings = field(
        default_factory=lambda: OptimizerSettings("adamw", lr=1e-3, weight_decay=0.01, decay_norm_and_bias=False)
    )
    prompt: str = ""
    """The report fills in the gaps of this sentence."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)
