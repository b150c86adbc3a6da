"""Settings of the recipes that translate. Free of torch."""

from dataclasses import dataclass, field
from pathlib import Path

from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute


@dataclass(frozen=True)
class TranslationSettings(TrainingSettings):
    """Training settings, the sentence pairs, and how translations are searched for."""

    data: str = "fra-eng"
    """A named set of pairs (deepdive data list), or a file of one's own, a zip perhaps: a sentence, a tab and its
    translation per line."""
    pairs: int | None = 100_000
    """How many to use: the first ones, which are the shortest of fra-eng."""
    longest: int = 50
    """Tokens of a sentence; pairs with a longer one are left out."""
    test: int = 1000
    """Different sentences to test on, with all their translations as references."""
    validation: int = 500
    """Different sentences to choose the best epoch by."""
    min_frequency: int = 2
    """Rarer words are unknown."""
    reverse_source: bool = False
    """Read sentences from their end."""
    scheduled_sampling: float = 0.0
    """Highest share of words that are learnt after a word of the network's own in place of the true one."""
    label_smoothing: float = 0.0
    """Share of every target spread evenly over all words."""
    epochs: int = 3
    batch_size: int = 128
    clip_norm: float | None = 1.0
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.002))
    beams: int = 4
    """Hypotheses kept at each step of the search; 1 takes the likeliest word."""
    length_penalty: float = 0.6
    """Of the search: 0 for none, more for longer sentences."""

    def __post_init__(self) -> None:
        make_paths_absolute(self, "data", where=Path.is_file)
