"""What a language model says: continuations of a text, and its next words."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from deepdive.algorithms.decoding import Decoder, sample, warm_up
from deepdive.data import TextEncoder
from deepdive.recipes.experiment import TextPrediction
from deepdive.recipes.ranges import Checked
from deepdive.recipes.ranges.types import Count, Few, Length, PositiveFraction, Seed, Temperature


class LanguageModel(Decoder, Protocol):
    """A decoder that begins with nothing."""

    def begin_state(self, rows: int) -> Any:
        """The state before the first token."""
        ...


@dataclass(frozen=True)
class Choice(Checked):
    """How tokens are drawn."""

    length: Length = 100
    """Tokens to add."""
    temperature: Temperature = 1.0
    """Above 1 bolder, towards 0 the likeliest token."""
    top_k: Count | None = None
    """Only so many of the likeliest tokens."""
    top_p: PositiveFraction | None = None
    """Only the likeliest tokens of so much probability."""
    samples: Few = 1
    """How many continuations."""
    seed: Seed = 0


def continuations(network: nn.Module, encoder: TextEncoder, texts: Sequence[str], how: Choice) -> list[TextPrediction]:
    """Each text with tokens drawn after it, ``how.samples`` times; a `LanguageModel` first reads the text.

    Raises:
        ValueError: a text holds no token that the network knows, or an option of ``how`` is out of its range.
    """
    found, model = [], cast(LanguageModel, network)
    for text in texts:
        ids, notes = read_prompt(encoder, text)
        start, state = _read(network, ids, how.samples)
        drawn = sample(
            model,
            state,
            start,
            end=None,
            max_steps=how.length,
            temperature=how.temperature,
            top_k=how.top_k,
            top_p=how.top_p,
            generator=torch.Generator().manual_seed(how.seed),
            banned=unknown_numbers(encoder),
        )
        told = [encoder.decode(torch.cat([ids, row.cpu()])) for row in drawn.tokens[:, 0]]
        found.append(TextPrediction(text, tuple(told), notes=notes))
    return found


def suggestions(network: nn.Module, encoder: TextEncoder, texts: Sequence[str], count: int) -> list[TextPrediction]:
    """The ``count`` likeliest tokens after each text, with their probabilities.

    Raises:
        ValueError: ``count`` is less than 1 or more than there are tokens, or a text holds no known token.
    """
    banned = unknown_numbers(encoder)
    most = len(encoder) - len(banned)
    if not 1 <= count <= most:
        raise ValueError(f"suggestions is {count}; it must be from 1 to {most}, the tokens there are")
    found, model = [], cast(LanguageModel, network)
    for text in texts:
        ids, notes = read_prompt(encoder, text)
        start, state = _read(network, ids, 1)
        with torch.inference_mode():
            logits, _ = model.step(start, state)
            logits[:, list(banned)] = -torch.inf
            top = logits[0].softmax(-1).cpu().topk(count)
        words = tuple(encoder.vocabulary.tokens(top.indices))
        found.append(TextPrediction(text, words, tuple(round(p, 6) for p in top.values.tolist()), notes=notes))
    return found


def read_prompt(encoder: TextEncoder, text: str) -> tuple[Tensor, tuple[str, ...]]:
    """The numbers of a text's tokens, and what of it the vocabulary does not have.

    Raises:
        ValueError: there is no token, or none that is known.
    """
    tokens = encoder.tokenizer.split(text)
    vocabulary = encoder.vocabulary
    unseen = sorted({token for token in tokens if token not in vocabulary})
    if not tokens or len(unseen) == len(set(tokens)):
        raise ValueError(
            f"the text {text[:60]!r} holds no token that the network has learnt; it has {len(encoder):,} tokens"
        )
    notes = (f"{text!r}: never seen in training, read as unknown: {', '.join(map(repr, unseen))}",) if unseen else ()
    return vocabulary.ids(tokens), notes


def unknown_numbers(encoder: TextEncoder) -> tuple[int, ...]:
    """The number of the unknown token, if there is one: it is never to be said."""
    return () if encoder.vocabulary.unknown is None else (0,)


def _read(network: nn.Module, ids: Tensor, rows: int) -> tuple[Tensor, Any]:
    """The last token of a text, in every row, and the state before it."""
    model = cast(LanguageModel, network)
    prefix = ids.to(next(network.parameters()).device).expand(rows, -1)
    return warm_up(model, model.begin_state(rows), prefix)
