"""One sequence per input, token after token, however the next one is chosen."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.algorithms.decoding._step import Continuations, goes_on, limits
from deepdive.algorithms.decoding.decoder import Decoder
from deepdive.algorithms.decoding.hypotheses import Hypotheses

Choose = Callable[[Tensor], tuple[Tensor, Tensor]]
"""From log-probabilities ``(n, v)`` to the tokens chosen ``(n)`` and what each choice adds to the score ``(n)``."""


def rollout(
    decoder: Decoder,
    state: Any,
    start: Int64[Tensor, " n"],
    choose: Choose,
    *,
    end: int | None,
    max_steps: int | Int64[Tensor, " limits"],
    banned: Sequence[int],
    pad: int,
) -> Hypotheses:
    """Choose until every sequence has come to its end or to its longest."""
    longest, steps = limits(max_steps, start)
    continuations = Continuations(decoder, end, banned, start.device)
    tokens, columns = start, list[Tensor]()
    live = torch.ones_like(start, dtype=torch.bool)
    lengths, log_p, score = torch.zeros_like(start), torch.zeros(()), torch.zeros(())
    for t in range(1, steps + 1):
        following, state = continuations.step(tokens, state)  # (n, v)
        tokens, gain = choose(following)
        chosen = following.gather(1, tokens.unsqueeze(1)).squeeze(1)
        log_p, score = log_p + torch.where(live, chosen, 0), score + torch.where(live, gain, 0)
        lengths = lengths + live
        columns.append(torch.where(live, tokens, pad))
        seen = following.amax(1).masked_fill(~live, 0)  # NaN if anything of the row is.
        live = live & (longest > t)
        if end is not None:
            live = live & (tokens != end)
        if not goes_on(live, seen):
            break
    found = torch.stack(columns, 1)
    return Hypotheses(found.unsqueeze(1), lengths.unsqueeze(1), score.unsqueeze(1), log_p.unsqueeze(1))
