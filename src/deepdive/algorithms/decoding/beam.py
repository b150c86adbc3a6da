"""Beam search: the k most likely beginnings, side by side (D2L section 10.8.3)."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.algorithms.decoding._step import Continuations, check_counts, goes_on, limits
from deepdive.algorithms.decoding.decoder import Decoder
from deepdive.algorithms.decoding.hypotheses import Hypotheses, length_penalty
from deepdive.signatures import checked


@checked
@torch.no_grad()
def beam_search(
    decoder: Decoder,
    state: Any,
    start: Int64[Tensor, " n"],
    *,
    end: int | None,
    max_steps: int | Int64[Tensor, " limits"],
    beams: int = 4,
    n_best: int | None = None,
    alpha: float = 0.6,
    offset: float = 5.0,
    banned: Sequence[int] = (),
    pad: int = 0,
) -> Hypotheses:
    """Sequences of the best ``score = log p / lp(L)``, see `length_penalty`, for ``n`` inputs at once.

    Each step takes the ``beams`` most likely of all continuations. Those with the end token, or as long as is allowed,
    are finished and kept apart, the others are continued. ``O(beams v)`` per step. One beam is greedy search; as many
    beams as there are continuations are `exhaustive_search`.

    An input is done when none of its beginnings can become better than the last of the ``n_best``: one of
    ``log p = b`` will score at most ``b / lp(max_steps)``.

    Args:
        decoder: scores the next token.
        state: of the decoder, for ``n`` inputs.
        start: the tokens to begin after, usually ``<bos>``.
        end: the token that ends a sequence; ``None``: all grow to their longest.
        max_steps: how long a sequence may become, the same for all or one number per input.
        beams: beginnings kept for each input.
        n_best: finished sequences to give for each input; as many as beams if not given. With 1, the search is over
            sooner.
        alpha: how much longer sequences are favoured; 0: not at all.
        offset: 5 after Wu et al. (2016), 0 as in D2L.
        banned: tokens never to be chosen, e.g. ``<pad>`` and ``<unk>``.
        pad: what shorter sequences are filled up with.

    Raises:
        ValueError: ``beams`` or ``n_best`` below 1, ``alpha`` or ``offset`` negative, or as for `greedy_search`.
    """
    n_best = beams if n_best is None else n_best
    check_counts(beams=beams, n_best=n_best)
    longest, steps = limits(max_steps, start)
    most = length_penalty(longest, alpha, offset)
    continuations = Continuations(decoder, end, banned, start.device)
    n, width = len(start), 1
    first_row = torch.arange(n, device=start.device).unsqueeze(1)
    alive = most.new_zeros(n, 1)  # log p of each beginning; -inf: there is none.
    finished = _Finished(n, n_best, most)
    tokens, history = start, list[tuple[Tensor, Tensor]]()
    for t in range(1, steps + 1):
        log_p, state = continuations.step(tokens, state)  # (n * width, v)
        v = log_p.shape[1]
        total = log_p.view(n, width, v).add_(alive.unsqueeze(2)).flatten(1)  # (n, width * v), in place
        best, index = total.topk(min(beams, width * v), dim=1)
        parents, chosen = index // v, index % v
        history.append((parents, chosen))
        over = (longest == t).unsqueeze(1)
        if end is not None:
            over = over | (chosen == end)
        penalty = length_penalty(torch.full_like(longest[:1], t), alpha, offset)
        finished.add(best.masked_fill(~over, -torch.inf), penalty, t)
        alive = best.masked_fill(over, -torch.inf)
        can_win = alive.amax(1) / most > finished.scores[:, -1]
        alive = alive.masked_fill(~can_win.unsqueeze(1), -torch.inf)
        if not goes_on(can_win, best):
            break
        state = decoder.select(state, (first_row * width + parents).flatten())
        tokens, width = chosen.flatten(), best.shape[1]
    return finished.hypotheses(history, pad)


class _Finished:
    """The best finished sequences of each input: what they score, and where in the beam each of them ended."""

    def __init__(self, n: int, n_best: int, like: Tensor) -> None:
        self.scores = like.new_full((n, n_best), -torch.inf)  # Best first.
        self.log_p = self.scores
        self.lengths = torch.zeros(n, n_best, dtype=torch.long, device=like.device)
        self.slots = self.lengths

    def add(self, log_p: Tensor, penalty: Tensor, length: int) -> None:
        """Take in those that finished in this step ``(n, width)``, ``-inf`` for those that did not."""
        slots = torch.arange(log_p.shape[1], device=log_p.device).expand(log_p.shape)
        lengths = torch.where(log_p > -torch.inf, length, 0)
        scores = torch.cat((self.scores, log_p / penalty), 1)
        self.scores, rows = scores.topk(self.scores.shape[1], dim=1)
        self.log_p = torch.cat((self.log_p, log_p), 1).gather(1, rows)
        self.lengths = torch.cat((self.lengths, lengths), 1).gather(1, rows)
        self.slots = torch.cat((self.slots, slots), 1).gather(1, rows)

    def hypotheses(self, history: list[tuple[Tensor, Tensor]], pad: int) -> Hypotheses:
        """Their tokens, read backwards from where each ended, along the parents."""
        columns, at = list[Tensor](), self.slots
        for t in range(int(self.lengths.max()), 0, -1):
            parents, chosen = history[t - 1]
            inside = self.lengths >= t
            here = torch.where(inside, at, 0)
            columns.append(torch.where(inside, chosen.gather(1, here), pad))
            at = torch.where(inside, parents.gather(1, here), at)
        tokens = torch.stack(columns[::-1], 2) if columns else self.lengths.new_zeros(*self.lengths.shape, 0)
        return Hypotheses(tokens, self.lengths, self.scores, self.log_p)
