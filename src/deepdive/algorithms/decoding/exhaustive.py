"""Exhaustive search: every sequence there is (D2L section 10.8.2)."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Int64
from torch import Tensor
from torch.nn.functional import pad as padded

from deepdive.algorithms.decoding._step import Continuations, check_counts, goes_on, limits
from deepdive.algorithms.decoding.decoder import Decoder
from deepdive.algorithms.decoding.hypotheses import Hypotheses, length_penalty
from deepdive.signatures import checked

_MOST_SEQUENCES = 1 << 22


@checked
@torch.no_grad()
def exhaustive_search(
    decoder: Decoder,
    state: Any,
    start: Int64[Tensor, " n"],
    *,
    end: int | None,
    max_steps: int | Int64[Tensor, " limits"],
    n_best: int = 1,
    alpha: float = 0.6,
    offset: float = 5.0,
    banned: Sequence[int] = (),
    pad: int = 0,
) -> Hypotheses:
    """Sequences of the best ``score = log p / lp(L)``, see `length_penalty`, of all that there are.

    These are the sequences with the end token and those that are cut off at ``max_steps``: their probabilities sum to 1
    where nothing is banned. ``O(v^max_steps)``, so for few tokens and short sequences.

    Args:
        decoder: scores the next token.
        state: of the decoder, for ``n`` inputs.
        start: the tokens to begin after, usually ``<bos>``.
        end: the token that ends a sequence; ``None``: all grow to their longest.
        max_steps: how long a sequence may become, the same for all or one number per input.
        n_best: sequences to give for each input.
        alpha: how much longer sequences are favoured; 0: not at all.
        offset: 5 after Wu et al. (2016), 0 as in D2L.
        banned: tokens never to be chosen.
        pad: what shorter sequences are filled up with.

    Raises:
        ValueError: there are more than four million sequences, ``n_best`` below 1, ``alpha`` or ``offset`` negative, or
            as for `greedy_search`.
    """
    check_counts(n_best=n_best)
    longest, steps = limits(max_steps, start)
    continuations = Continuations(decoder, end, banned, start.device)
    n, device = len(start), start.device
    alive = torch.zeros(n, 1, device=device)  # log p of each beginning; -inf: it is over.
    beginnings = start.new_zeros(1, 0)  # (w, t): the same ones for every input
    tokens, scores, log_ps, found = start, list[Tensor](), list[Tensor](), list[Tensor]()
    kept = tokens
    for t in range(1, steps + 1):
        log_p, state = continuations.step(tokens, state)
        w, v = len(beginnings), log_p.shape[1]
        if t == 1:
            kept = torch.tensor([y for y in range(v) if y != end and y not in banned], dtype=torch.long, device=device)
            _check_number(n * len(kept) ** (steps - 1) * v, steps)
        total = alive.unsqueeze(2) + log_p.view(n, w, v)
        whole = torch.cat(
            (beginnings.repeat_interleave(v, 0), torch.arange(v, device=device).repeat(w).unsqueeze(1)), 1
        )
        over = (longest == t).view(n, 1, 1) | (whole[:, -1] == (-1 if end is None else end)).view(1, w, v)
        finished = total.masked_fill(~over, -torch.inf).flatten(1)
        scores.append(finished / length_penalty(torch.full_like(longest[:1], t), alpha, offset))
        log_ps.append(finished)
        found.append(padded(whole, (0, steps - t), value=pad))
        alive = total.masked_fill(over, -torch.inf).index_select(2, kept).flatten(1)
        if not goes_on(alive > -torch.inf, total):
            break
        beginnings = whole.view(w, v, t).index_select(1, kept).flatten(0, 1)
        rows = torch.arange(n * w, device=device).repeat_interleave(len(kept))
        state, tokens = decoder.select(state, rows), kept.repeat(n * w)
    return _best(torch.cat(scores, 1), torch.cat(log_ps, 1), found, n_best, pad)


def _check_number(sequences: int, steps: int) -> None:
    if sequences > _MOST_SEQUENCES:
        raise ValueError(
            f"max_steps of {steps} gives {sequences:,} sequences of that length to look at, more than "
            f"{_MOST_SEQUENCES:,}; beam_search looks at the most likely"
        )


def _best(scores: Tensor, log_ps: Tensor, found: list[Tensor], n_best: int, pad: int) -> Hypotheses:
    missing = max(0, n_best - scores.shape[1])
    scores = padded(scores, (0, missing), value=-torch.inf)
    log_ps = padded(log_ps, (0, missing), value=-torch.inf)
    lengths = torch.cat([torch.full((len(part),), t + 1) for t, part in enumerate(found)]).to(scores.device)
    best, index = scores.topk(n_best, dim=1)
    real = best > -torch.inf
    lengths = torch.where(real, padded(lengths, (0, missing))[index], 0)
    tokens = padded(torch.cat(found), (0, 0, 0, missing))[index]
    tokens = tokens.masked_fill(~real.unsqueeze(2), pad)[:, :, : int(lengths.max())]
    return Hypotheses(tokens, lengths, best, log_ps.gather(1, index))
