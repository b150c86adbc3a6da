"""Recurrent language models over the characters of The Time Machine (D2L 9.5, 9.6, 10.1 to 10.3)."""

from dataclasses import dataclass
from functools import partial

from deepdive.recipes.language.modelling.settings import CellName, RecurrentSettings
from deepdive.recipes.ranges.types import Depth
from deepdive.recipes.registry import Target, recipe

_SMOKE = Target("val_perplexity", 14.0, when={"preset": "smoke"}, higher_is_better=False)
_character_model = partial(
    recipe,
    data="time-machine",
    experiment="deepdive.recipes.language.modelling.experiment:LanguageModelExperiment",
    presets={
        "smoke": {"epochs": 4, "log_every": 10},
        "quick": {},
        "book": {
            "epochs": 100,
            "embedding_dim": None,
            "hidden_size": 32,
            "dropout": 0.0,
            "schedule": "constant",
            "optimizer": {"name": "sgd", "lr": 1.0, "momentum": 0.0},
        },
    },
    keywords=("rnn", "lstm", "gru", "language-model", "generate", "text", "characters"),
)


@_character_model(
    "rnn-lm",
    chapter=9,
    section="9.5",
    title="RNN language model of characters",
    targets=(_SMOKE, Target("val_perplexity", 7.1, higher_is_better=False)),
)
@dataclass(frozen=True)
class RNNLMSettings(RecurrentSettings):
    """A plain recurrent network, and how it is trained."""


@_character_model(
    "gru-lm",
    chapter=10,
    section="10.2",
    title="GRU language model of characters",
    targets=(_SMOKE, Target("val_perplexity", 6.5, higher_is_better=False)),
)
@dataclass(frozen=True)
class GRULMSettings(RecurrentSettings):
    """Gated recurrent units, and how they are trained."""

    cell: CellName = "GRU"


@_character_model(
    "lstm-lm",
    chapter=10,
    section="10.1",
    title="LSTM language model of characters",
    targets=(_SMOKE, Target("val_perplexity", 6.6, higher_is_better=False)),
)
@dataclass(frozen=True)
class LSTMLMSettings(RecurrentSettings):
    """Long short-term memory, and how it is trained."""

    cell: CellName = "LSTM"


@_character_model(
    "deep-gru-lm",
    chapter=10,
    section="10.3",
    title="Two GRU layers over characters",
    targets=(_SMOKE, Target("val_perplexity", 6.1, higher_is_better=False)),
)
@dataclass(frozen=True)
class DeepGRULMSettings(RecurrentSettings):
    """Two layers of gated recurrent units, and how they are trained."""

    cell: CellName = "GRU"
    num_layers: Depth = 2
