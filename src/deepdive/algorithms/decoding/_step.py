"""What all searches share: their arguments checked, the log-probabilities of one step, and when to stop."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from deepdive.algorithms.decoding.decoder import Decoder


class Continuations:
    """``log p(y | tokens so far)`` of every token ``y``; ``-inf`` for those that are banned."""

    def __init__(self, decoder: Decoder, end: int | None, banned: Sequence[int], device: torch.device) -> None:
        self._decoder = decoder
        self._named = {"end": [] if end is None else [end], "banned": list(banned)}
        self._banned = torch.tensor(list(banned), dtype=torch.long, device=device)
        self._checked = False

    def step(self, tokens: Int64[Tensor, " n"], state: Any) -> tuple[Float[Tensor, "n v"], Any]:
        """Log-probabilities, not brought to sum 1 again after the ban, and the next state."""
        scores, state = self._decoder.step(tokens, state)
        if not self._checked:
            self._check(scores, len(tokens))
        log_p = scores.log_softmax(1, dtype=torch.promote_types(scores.dtype, torch.float32))
        return log_p.index_fill_(1, self._banned, -torch.inf) if len(self._banned) else log_p, state

    def _check(self, scores: Tensor, rows: int) -> None:
        if scores.ndim != 2 or len(scores) != rows:
            raise ValueError(f"the decoder must give one row of scores for each of {rows}, got {tuple(scores.shape)}")
        v = scores.shape[1]
        for name, tokens in self._named.items():
            if outside := [token for token in tokens if not 0 <= token < v]:
                raise ValueError(f"{name} must be in [0, {v}), the tokens of the decoder, got {outside[0]}")
        if len(set(self._named["banned"])) == v:
            raise ValueError(f"banned must leave a token to choose, but names all {v}")
        self._checked = True


def check_counts(**counts: int) -> None:
    """Check that each is at least 1."""
    for name, count in counts.items():
        if count < 1:
            raise ValueError(f"{name} must be at least 1, got {count}")


def limits(max_steps: int | Int64[Tensor, " limits"], start: Int64[Tensor, " n"]) -> tuple[Int64[Tensor, " n"], int]:
    """How long each sequence may become, and the longest of these."""
    if len(start) == 0:
        raise ValueError("start must hold one token for each input, got none")
    if isinstance(max_steps, int):
        check_counts(max_steps=max_steps)
        return torch.full_like(start, max_steps), max_steps
    if max_steps.shape != start.shape:
        raise ValueError(f"max_steps must be a number or one for each of {len(start)} inputs, got {len(max_steps)}")
    low, high = max_steps.aminmax()
    check_counts(max_steps=int(low))
    return max_steps.to(start.device), int(high)


def goes_on(unfinished: Bool[Tensor, "*shape"], log_probabilities: Float[Tensor, "*other"]) -> bool:
    """Whether anything is unfinished; the only thing a step waits for.

    Raises:
        ValueError: a log-probability is NaN.
    """
    some, wrong = torch.stack((unfinished.any(), log_probabilities.isnan().any())).tolist()
    if wrong:
        raise ValueError("the decoder's log-probabilities hold NaN; a score is NaN or +inf, or all of a row are -inf")
    return some
