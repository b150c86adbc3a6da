"""A tag for every word: named entities in Wikipedia, beside D2L 10.4 (Ma and Hovy, 2016)."""

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

_SMALL = {"embedding_dim": 32, "hidden_size": 64}


@recipe(
    "tag-sequence",
    chapter=10,
    title="Named entities: bidirectional LSTM",
    data="wikiann-en",
    experiment="deepdive.recipes.language.tagging.experiment:TaggingExperiment",
    targets=(Target("test_f1", 0.1, when={"preset": "smoke"}), Target("test_f1", 0.65)),
    presets={
        "smoke": {"epochs": 1, "steps": 100, "log_every": 20, "optimizer": {"lr": 0.01}} | _SMALL,
        "quick": {},
        "book": {"epochs": 20, "hidden_size": 400, "embedding_dim": 200, "num_layers": 2},
    },
    keywords=(
        "ner",
        "tag",
        "tagging",
        "tags",
        "entities",
        "named-entities",
        "pos",
        "sequence-labelling",
        "conll",
        "lstm",
    ),
)
@dataclass(frozen=True)
class TagSequenceSettings(TrainingSettings):
    """The sentences, the network, and how it is trained."""

    data: str = "wikiann-en"
    """A data set of tagged sentences (deepdive data list), a file with a word and its tag per line (CoNLL), of which
    parts become validation and test set, or a folder with such files, called train, dev or valid, and test."""
    min_frequency: Count = 2
    """Words and characters that occur less often in the training set are unknown."""
    cell: Literal["RNN", "GRU", "LSTM"] = "LSTM"
    """The kind of recurrent layers."""
    embedding_dim: Width = 100
    """Size of the word embeddings."""
    character_features: WidthOrNone = 64
    """Number of features that are computed from the characters of a word; 0: none."""
    hidden_size: Width = 200
    """Size of the hidden states, both directions together."""
    num_layers: Depth = 1
    """Number of recurrent layers."""
    dropout: Probability = 0.5
    """Dropout probability of the features and of the hidden states."""
    epochs: Epochs = 12
    batch_size: BatchSize = 64
    clip_norm: GradientBound | None = 5.0
    optimizer: OptimizerSettings = field(default_factory=lambda: OptimizerSettings("adam", lr=0.004))

    def _settle(self) -> None:
        super()._settle()
        make_paths_absolute(self, "data")
