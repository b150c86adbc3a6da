"""Greedy search: always the most likely token (D2L section 10.8.1)."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.algorithms.decoding._rollout import rollout
from deepdive.algorithms.decoding.decoder import Decoder
from deepdive.algorithms.decoding.hypotheses import Hypotheses
from deepdive.signatures import checked


@checked
@torch.no_grad()
def greedy_search(
    decoder: Decoder,
    state: Any,
    start: Int64[Tensor, " n"],
    *,
    end: int | None,
    max_steps: int | Int64[Tensor, " limits"],
    banned: Sequence[int] = (),
    pad: int = 0,
) -> Hypotheses:
    """``y_t = argmax_y p(y | y_1, ..., y_{t-1})`` until the end token: one sequence for each input.

    ``O(v)`` per step. Each choice is the best of its step; the sequence need not be the most likely. The score is
    ``log p``.

    Args:
        decoder: scores the next token.
        state: of the decoder, for ``n`` inputs.
        start: the tokens to begin after, usually ``<bos>``; see `warm_up` to begin after longer ones.
        end: the token that ends a sequence; ``None``: all grow to their longest.
        max_steps: how long a sequence may become, the same for all or one number per input.
        banned: tokens never to be chosen, e.g. ``<pad>`` and ``<unk>``.
        pad: what shorter sequences are filled up with.

    Raises:
        ValueError: no input, ``max_steps`` below 1, a token outside of the decoder's, nothing left to choose, or NaN
            among the log-probabilities.
    """

    def likeliest(log_p: Tensor) -> tuple[Tensor, Tensor]:
        gain, tokens = log_p.max(1)
        return tokens, gain

    return rollout(decoder, state, start, likeliest, end=end, max_steps=max_steps, banned=banned, pad=pad)
