"""What the training of a language model begins with: weights that are drawn, or published ones and their pieces."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from torch import nn

from deepdive.data.progress import Progress, Report
from deepdive.data.subwords import read_published
from deepdive.data.text import SubwordTokenizer, Tokenizer
from deepdive.models.transformers.public import GPT2_LAYOUT, gpt2_arguments
from deepdive.training import fit_state_dict

_TABLES = "wte.weight", "lm_head.weight"
"""Published tensors with a row for each piece."""
_OF_SETTINGS = "vocabulary_size", "dropout", "attention_dropout", "embedding_dropout"
"""Arguments that the tokens and the settings of a run decide."""


@dataclass(frozen=True)
class Beginning:
    """Tokenizer, sizes and weights; by default none, so that settings decide."""

    tokenizer: Tokenizer | None = None
    """Cuts texts as the weights know them."""
    sizes: Mapping[str, Any] = field(default_factory=dict)
    """Arguments of the network, which a run keeps."""
    fill: Callable[[nn.Module], object] = lambda network: None
    """Gives the weights to a new network of these sizes."""


def published_gpt(weights: str, num_steps: int, report: Report) -> Beginning:
    """A named network, or a folder with a GPT-2 as it is published.

    Tables are often longer than there are pieces, so that their size is round; of these rows nothing is kept.

    Raises:
        ValueError: what is published is no GPT-2, reads fewer than ``num_steps`` tokens, or a file is damaged.
        FileNotFoundError: there is no such name or folder, or a file is missing in it.
    """
    published = read_published(weights, report=report)
    sizes = gpt2_arguments(published.configuration, published.state, tell=lambda note: report(Progress(note)))
    sizes = {name: value for name, value in sizes.items() if name not in _OF_SETTINGS}
    sizes["positions"] = "learnt"
    if num_steps > sizes["context"]:
        raise ValueError(f"num_steps is {num_steps}; {weights} reads at most {sizes['context']} tokens")
    pieces = len(published.subwords)
    if "" in (known := published.subwords.pieces(range(pieces))):
        raise ValueError(f"the tokenizer of {weights} must number its pieces without gaps, got no {known.index('')}")
    state = {name: value[:pieces] if name.endswith(_TABLES) else value for name, value in published.state.items()}
    fill = partial(fit_state_dict, state=state, source=weights, layout=GPT2_LAYOUT)
    return Beginning(SubwordTokenizer(published.subwords.to_json()), sizes, fill)
