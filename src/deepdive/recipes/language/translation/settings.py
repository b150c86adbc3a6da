"""Settings of the recipes that translate. Free of torch."""

from dataclasses import dataclass, field
from pathlib import Path

from deepdive.recipes.ranges.types import BatchSize, Count, Epochs, Few, Fraction, GradientBound, Length, Magnitude
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute


@dataclass(frozen=True)
class TranslationSettings(TrainingSettings):
    """Training settings, the sentence pairs, and how translations are searched for."""

    data: str = "fra-eng"
    """A named set of pairs (deepdive data list), or a file of one's own, a zip perhaps: a sentence, a tab and its
    translation per line."""
    pairs: Count | None = 100_000
    """How many to use: the first ones, which are the shortest of fra-eng."""
    longest: Length = 50
    """Tokens of a sentence; pairs with a longer one are left out."""
    test: Count = 1000
    """Different sentences to test on, with all their translations as references."""
    validation: Count = 500
    """Different sentences to choose the best epoch by."""
    min_frequency: Count = 2
    """Rarer words are unknown."""
    reverse_source: bool = False
    """Read sentences from their end."""
    scheduled_sampling: Fraction = 0.0
    """Highest share of words that are learnt after a word of the network's own in place of the true one."""
    label_smoothing: Fraction = 0.0
    """Share of every target spread evenly over all words."""
    epochs: Epochs = 3
    batch_size: BatchSize = 128
    clip_norm: GradientBound | None = 1.0
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.002))
    beams: Few = 4
    """Hypotheses kept at each step of the search; 1 takes the likeliest word."""
    length_penalty: Magnitude = 0.6
    """Of the search: 0 for none, more for longer sentences."""

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data", where=Path.is_file)
