"""Drawing sequences at random, from the whole distribution or from its most likely part."""

from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float, Int64
from torch import Generator, Tensor

from deepdive.algorithms.decoding._rollout import rollout
from deepdive.algorithms.decoding.decoder import Decoder
from deepdive.algorithms.decoding.hypotheses import Hypotheses
from deepdive.checks import check_bounds, check_not_empty
from deepdive.signatures import checked


@checked
def truncate(
    log_probabilities: Float[Tensor, "n v"],
    *,
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
) -> Float[Tensor, "n v"]:
    """Log-probabilities of the distribution that is drawn from, again of sum 1; ``-inf`` for what is cut off.

    ``q(y) ∝ p(y)^(1 / temperature)``, of that the ``top_k`` most likely tokens (Fan et al., 2018), and of these the
    fewest whose probabilities sum to at least ``top_p`` (the nucleus; Holtzman et al., 2020).

    Args:
        log_probabilities: rows of ``log p``, each with at least one finite value.
        temperature: above 0; towards 0 the most likely token alone is left (`greedy_search`), above 1 the unlikely ones
            gain.
        top_k: at least 1; more than there are tokens cuts nothing off.
        top_p: in (0, 1].

    Raises:
        ValueError: one of the three is outside of its range.
    """
    check_bounds("temperature", temperature, above=0)
    if top_k is not None:
        check_bounds("top_k", top_k, 1)
    if top_p is not None:
        check_bounds("top_p", top_p, above=0, most=1)
    check_not_empty("log_probabilities", log_probabilities)
    # With the largest at 0, no temperature is too small to divide by.
    scaled = (log_probabilities - log_probabilities.amax(1, keepdim=True)) / temperature
    if top_k is None and top_p is None:
        return scaled.log_softmax(1)
    k = scaled.shape[1] if top_k is None else min(top_k, scaled.shape[1])
    ranked, order = scaled.topk(k, dim=1)
    if top_p is not None:
        q = ranked.softmax(1)
        before = q.cumsum(1) - q  # The most likely is kept whatever rounding makes of this.
        ranked[:, 1:] = ranked[:, 1:].masked_fill(before[:, 1:] >= top_p, -torch.inf)
    return torch.full_like(scaled, -torch.inf).scatter(1, order, ranked.log_softmax(1))


@checked
@torch.no_grad()
def sample(
    decoder: Decoder,
    state: Any,
    start: Int64[Tensor, " n"],
    *,
    end: int | None,
    max_steps: int | Int64[Tensor, " limits"],
    temperature: float = 1.0,
    top_k: int | None = None,
    top_p: float | None = None,
    generator: Generator | None = None,
    banned: Sequence[int] = (),
    pad: int = 0,
) -> Hypotheses:
    """``y_t ~ q(y | y_1, ..., y_{t-1})`` until the end token: one sequence drawn for each input.

    ``q`` is the decoder's distribution as `truncate` changes it, without the banned tokens. The score is ``log q`` of
    the sequence, its log-probability is that of the decoder. Several draws for one input are several rows of it.

    Args:
        decoder: scores the next token.
        state: of the decoder, for ``n`` inputs.
        start: the tokens to begin after; see `warm_up` to continue a text.
        end: the token that ends a sequence; ``None``: all grow to their longest.
        max_steps: how long a sequence may become, the same for all or one number per input.
        temperature: see `truncate`, like ``top_k`` and ``top_p``.
        top_k: only so many of the most likely tokens.
        top_p: only the most likely tokens of so much probability.
        generator: of the draws, on the CPU wherever the decoder is: ``torch.Generator().manual_seed(seed)``.
        banned: tokens never to be drawn, e.g. ``<unk>``.
        pad: what shorter sequences are filled up with.

    Raises:
        ValueError: as for `greedy_search` and `truncate`.
    """

    def draw(log_p: Tensor) -> tuple[Tensor, Tensor]:
        log_q = truncate(log_p, temperature=temperature, top_k=top_k, top_p=top_p)
        tokens = _drawn(log_q, generator)
        return tokens, log_q.gather(1, tokens.unsqueeze(1)).squeeze(1)

    return rollout(decoder, state, start, draw, end=end, max_steps=max_steps, banned=banned, pad=pad)


def _drawn(log_q: Tensor, generator: Generator | None) -> Tensor:
    """The first token whose cumulative probability exceeds a uniform number: never one of probability 0."""
    u = torch.rand(len(log_q), 1, dtype=torch.float64, generator=generator).to(log_q.device, non_blocking=True)
    cumulative = log_q.double().exp().cumsum(1)
    tokens = torch.searchsorted(cumulative, u * cumulative[:, -1:], right=True).squeeze(1)
    return tokens.clamp(max=log_q.shape[1] - 1)  # NaN is found at the end of the step, and must not index before.
