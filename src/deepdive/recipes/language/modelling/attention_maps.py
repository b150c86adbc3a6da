"""The attention maps of a transformer that reads a text, as a part of its report."""

import torch
from torch import nn

from deepdive.algorithms.attention import AttentionMap, attention_figure
from deepdive.data import TextEncoder
from deepdive.figures import to_png
from deepdive.models.transformers.core import Attention, attention_maps
from deepdive.recipes.language.modelling.generation import read_prompt
from deepdive.training.report import Section, png_image

_TOKENS, _HEADS = 24, 4


def attention_sections(network: nn.Module, encoder: TextEncoder, text: str, most: int) -> list[Section]:
    """Some heads of every layer on the first tokens of a text; nothing of a network without attention.

    ``most`` tokens are what the network reads at once.

    Raises:
        ValueError: the text holds no token that the network knows.
    """
    if not any(isinstance(module, Attention) for module in network.modules()):
        return []
    ids, _ = read_prompt(encoder, text)
    tokens = ids[: min(_TOKENS, most)]
    device = next(network.parameters()).device
    maps = attention_maps(network.eval(), lambda: network(tokens.unsqueeze(0).to(device)))
    labels = [_label(encoder, token) for token in tokens.split(1)]
    drawn = [
        AttentionMap(head.cpu(), labels, labels, f"layer {i}, head {j}")
        for i, weights in enumerate(maps.values(), start=1)
        for j, head in enumerate(weights[0, :_HEADS], start=1)
    ]
    columns = len(drawn) // len(maps)
    caption = "Each row is a token that attends, each column one that is attended to; a token sees none behind itself."
    return [Section("Attention", png_image(caption, to_png(attention_figure(drawn, columns))))]


def _label(encoder: TextEncoder, token: torch.Tensor) -> str:
    """A token to be read: the space before it is seen as a dot."""
    return repr(encoder.decode(token))[1:-1].replace(" ", "·")
