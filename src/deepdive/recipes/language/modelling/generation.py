"""What a language model predicts: continuations of a text, and its next tokens."""

from collections.abc import Sequence
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from deepdive.algorithms.decoding import Decoder, sample, warm_up
from deepdive.data import TextEncoder
from deepdive.recipes.predictions import TextPrediction


class LanguageModel(Decoder, Protocol):
    """A decoder that begins with nothing."""

    def begin_state(self, rows: int) -> Any:
        """The state before the first token."""
        ...


def continuations(
    network: nn.Module,
    encoder: TextEncoder,
    texts: Sequence[str],
    *,
    length: int,
    samples: int = 1,
    seed: int = 0,
    **options: Any,
) -> list[TextPrediction]:
    """Each text with ``length`` tokens drawn after it, ``samples`` times, by a `LanguageModel` that first reads it.

    The other options are those of `deepdive.algorithms.decoding.sample`.

    Raises:
        ValueError: a text holds no token that the network knows, or an option is out of its range.
    """
    predictions, model = [], cast(LanguageModel, network)
    for text in texts:
        ids, notes = read_prompt(encoder, text)
        start, state = _read(model, ids, samples)
        options |= {"generator": torch.Generator().manual_seed(seed), "banned": unknown_ids(encoder)}
        drawn = sample(model, state, start, end=None, max_steps=length, **options)
        answers = tuple(encoder.decode(torch.cat([ids, row.cpu()])) for row in drawn.tokens[:, 0])
        predictions.append(TextPrediction(text, answers, notes=notes))
    return predictions


def next_tokens(network: nn.Module, encoder: TextEncoder, texts: Sequence[str], count: int) -> list[TextPrediction]:
    """The ``count`` most likely tokens after each text, with their probabilities.

    Raises:
        ValueError: ``count`` is less than 1 or more than there are tokens, or a text holds no known token.
    """
    banned = unknown_ids(encoder)
    most = len(encoder) - len(banned)
    if not 1 <= count <= most:
        raise ValueError(f"suggestions must be from 1 to {most}, the size of the vocabulary, got {count}")
    predictions, model = [], cast(LanguageModel, network)
    for text in texts:
        ids, notes = read_prompt(encoder, text)
        start, state = _read(model, ids, 1)
        with torch.inference_mode():
            logits, _ = model.step(start, state)
            logits[:, list(banned)] = -torch.inf
            top = logits[0].softmax(-1).cpu().topk(count)
        words = tuple(encoder.vocabulary.tokens(top.indices))
        predictions.append(TextPrediction(text, words, tuple(round(p, 6) for p in top.values.tolist()), notes=notes))
    return predictions


def read_prompt(encoder: TextEncoder, text: str) -> tuple[Tensor, tuple[str, ...]]:
    """The token ids of a text, and what of it the vocabulary does not have.

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


def unknown_ids(encoder: TextEncoder) -> tuple[int, ...]:
    """The id of the unknown token, if there is one: it is never to be predicted."""
    return () if encoder.vocabulary.unknown is None else (0,)


def _read(model: LanguageModel, ids: Tensor, rows: int) -> tuple[Tensor, Any]:
    """The last token of a text, in every row, and the state before it."""
    device = next(cast(nn.Module, model).parameters()).device
    return warm_up(model, model.begin_state(rows), ids.to(device).expand(rows, -1))
