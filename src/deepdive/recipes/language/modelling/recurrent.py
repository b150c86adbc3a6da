"""Recurrent networks for the experiment that models language."""

from deepdive.models.language import RecurrentLanguageModel
from deepdive.recipes.language.modelling.experiment import MakeNetwork
from deepdive.recipes.language.modelling.settings import RecurrentSettings


def recurrent(settings: RecurrentSettings) -> MakeNetwork:
    """What makes the network that settings speak of."""
    return lambda tokens, nn, _: RecurrentLanguageModel(
        tokens,
        settings.embedding,
        settings.hidden,
        settings.layers,
        settings.cell,
        settings.dropout,
        settings.tied,
        nn=nn,
    )
