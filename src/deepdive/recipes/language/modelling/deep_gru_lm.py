"""Two layers of gated recurrent units as a character language model on The Time Machine (textbook section 10.3)."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from deepdive.recipes.language.modelling.settings import LanguageModelSettings
from deepdive.recipes.registry import Target, recipe

if TYPE_CHECKING:
    from deepdive.recipes.language.modelling.experiment import LanguageModelExperiment


@dataclass(frozen=True)
class DeepGRULMSettings(LanguageModelSettings):
    """The network and how it is trained."""

    cell: Literal["RNN", "GRU", "LSTM"] = "GRU"
    """Of the recurrent layers."""
    layers: int = 2
    """Recurrent layers."""


@recipe(
    "deep-gru-lm",
    chapter="10.3",
    title="Two layers of gated recurrent units as a character language model on The Time Machine",
    data="time-machine",
    targets=(
        Target("val_perplexity", 14.0, when={"preset": "smoke"}, higher_is_better=False),
        Target("val_perplexity", 6.1, higher_is_better=False),
    ),
    presets={
        "smoke": {"epochs": 4, "log_every": 10},
        "quick": {},
        "book": {
            "epochs": 100,
            "embedding": None,
            "hidden": 32,
            "dropout": 0.0,
            "schedule": "constant",
            "optimizer": {"name": "sgd", "lr": 1.0, "momentum": 0.0},
        },
    },
)
def deep_gru_lm(settings: DeepGRULMSettings) -> "LanguageModelExperiment":
    """Predict each next character."""
    from deepdive.recipes.language.modelling.experiment import LanguageModelExperiment

    return LanguageModelExperiment(settings)
