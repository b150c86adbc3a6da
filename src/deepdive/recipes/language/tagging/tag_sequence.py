"""A tag for every word: named entities in pieces of Wikipedia (textbook section 10.9; Ma and Hovy, 2016)."""

from dataclasses import dataclass, field
from typing import Literal

from deepdive.recipes.ranges.types import (
    BatchSize,
    Count,
    Depth,
    Epochs,
    GradientBound,
    Probability,
    Width,
    WidthOrNone,
)
from deepdive.recipes.registry import Target, recipe
from deepdive.recipes.settings import OptimizerSettings, TrainingSettings, make_paths_absolute


@recipe(
    "tag-sequence",
    chapter=10,
    title="Persons, places and organisations in Wikipedia: a bidirectional LSTM over words and letters",
    data="wikiann-en",
    experiment="deepdive.recipes.language.tagging.experiment:TaggingExperiment",
    targets=(
        Target("test_f1", 0.1, when={"preset": "smoke"}),
        Target("test_f1", 0.65),
    ),
    presets={
        "smoke": {"epochs": 1, "steps": 100, "log_every": 20, "embedding": 32, "hidden": 64, "optimizer": {"lr": 0.01}},
        "quick": {},
        "book": {"epochs": 20, "hidden": 400, "embedding": 200, "layers": 2},
    },
)
@dataclass(frozen=True)
class TagSequenceSettings(TrainingSettings):
    """The sentences, the network, and how it is trained."""

    data: str = "wikiann-en"
    """Named sentences (deepdive data list), a file with a word and its tag per line (CoNLL), of which parts are held
    out, or a folder with such files, called train, dev or valid, and test."""
    min_frequency: Count = 2
    """Rarer words are unknown; their letters are not."""
    cell: Literal["RNN", "GRU", "LSTM"] = "LSTM"
    """Of the recurrent layers."""
    embedding: Width = 100
    """Width of the vectors of words."""
    characters: WidthOrNone = 64
    """Features of the letters of a word; 0 for none."""
    hidden: Width = 200
    """Width of both directions together."""
    layers: Depth = 1
    """Recurrent layers."""
    dropout: Probability = 0.5
    """Share of features and of outputs that is dropped in training."""
    epochs: Epochs = 12
    batch_size: BatchSize = 64
    clip_norm: GradientBound | None = 5.0
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.004))

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data")
