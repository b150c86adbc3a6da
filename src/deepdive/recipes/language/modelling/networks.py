"""The networks that settings speak of."""

from deepdive.models.language import RecurrentLanguageModel
from deepdive.recipes.language.modelling.settings import LanguageModelSettings
from deepdive.toolkit import Toolkit


def recurrent(settings: LanguageModelSettings, tokens: int, nn: Toolkit) -> RecurrentLanguageModel:
    """A recurrent language model of so many tokens."""
    return RecurrentLanguageModel(
        tokens,
        settings.embedding,
        settings.hidden,
        settings.layers,
        settings.cell,
        settings.dropout,
        settings.tied,
        nn=nn,
    )
