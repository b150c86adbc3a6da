"""What a search may ask of a decoder: one interface for recurrent, attention and transformer decoders."""

from typing import Any, Protocol, runtime_checkable

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.signatures import checked


@runtime_checkable
class Decoder(Protocol):
    """Scores the next token of ``n`` sequences at once, one step at a time.

    The state is whatever the decoder needs to know of the sequences so far: a hidden state, what the encoder gave, a
    cache of keys and values. Only the decoder knows which dimension of it is the batch.
    """

    def step(self, tokens: Int64[Tensor, " n"], state: Any) -> tuple[Float[Tensor, "n v"], Any]:
        """Scores of all ``v`` tokens to come after ``tokens``, and the state after these.

        The scores are logits or log-probabilities: ``log p = log_softmax(scores)`` is taken by the search, and leaves
        log-probabilities as they are. A search does not use the state it gave again, so that it may be changed in
        place, as a cache is; who searches twice from one state needs a copy of it then.
        """
        ...

    def select(self, state: Any, rows: Int64[Tensor, " m"]) -> Any:
        """The state of the sequences ``rows``, which may come in any order, more than once or not at all."""
        ...


@runtime_checkable
class Reader(Decoder, Protocol):
    """A decoder that also reads many tokens at once, which is quicker than step by step."""

    def read(self, tokens: Int64[Tensor, "n t"], state: Any) -> tuple[Float[Tensor, "n v"], Any]:
        """Scores of all ``v`` tokens to come after the last of ``tokens``, and the state after these."""
        ...


@checked
@torch.no_grad()
def warm_up(decoder: Decoder, state: Any, prefix: Int64[Tensor, "n t"]) -> tuple[Int64[Tensor, " n"], Any]:
    """The last token of each prefix, and the state before it: where a search starts that continues ``prefix``.

    A `Reader` reads what is before the last token at once.

    Raises:
        ValueError: the prefix has no token.
    """
    if prefix.shape[1] == 0:
        raise ValueError(f"prefix must hold at least one token for each sequence, got shape {tuple(prefix.shape)}")
    if isinstance(decoder, Reader) and prefix.shape[1] > 1:
        _, state = decoder.read(prefix[:, :-1], state)
    else:
        for tokens in prefix.unbind(1)[:-1]:
            _, state = decoder.step(tokens, state)
    return prefix[:, -1], state
