"""Translating sentences with a trained network."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, cast

import torch
from torch import Tensor, nn

from deepdive.algorithms.decoding import Decoder, Hypotheses, beam_search
from deepdive.data.sequences import Ragged
from deepdive.data.translation import SentenceEncoder
from deepdive.data.translation.sentences import BOS, EOS, PAD
from deepdive.recipes.predictions import TextPrediction
from deepdive.recipes.ranges import Checked, SettingError
from deepdive.recipes.ranges.types import Few, Magnitude

_ROWS = 250
_UNKNOWN = 0


class Translator(Decoder, Protocol):
    """A decoder that begins with what was read."""

    def encode(self, source: Tensor, lengths: Tensor) -> Any:
        """The state before the first token."""
        ...


@dataclass(frozen=True)
class Search(Checked):
    """How translations are searched for."""

    beams: Few = 4
    length_penalty: Magnitude = 0.6
    n_best: Few = 1

    def _settle(self) -> None:
        """No more translations are shown than hypotheses are kept."""
        if self.n_best > self.beams:
            raise SettingError("n_best", f"from 1 to beams, {self.beams}", self.n_best)


def search(network: nn.Module, sources: Ragged, target: SentenceEncoder, how: Search) -> list[Hypotheses]:
    """The best translations of many sentences, some hundreds at a time; as long as twice the sentence and 10 more."""
    place = next(network.parameters()).device
    number, translator = target.vocabulary.id_of, cast(Translator, network)
    found = []
    with torch.inference_mode():
        for rows in torch.arange(len(sources)).split(_ROWS):
            tokens, lengths = (part.to(place) for part in sources.padded(rows, number(PAD)))
            found.append(
                beam_search(
                    translator,
                    translator.encode(tokens, lengths),
                    torch.full((len(rows),), number(BOS), device=place),
                    end=number(EOS),
                    max_steps=2 * lengths + 10,
                    beams=how.beams,
                    n_best=how.n_best,
                    alpha=how.length_penalty,
                    banned=(_UNKNOWN, number(PAD), number(BOS)),
                    pad=number(PAD),
                )
            )
    return found


def best_tokens(found: Iterable[Hypotheses], target: SentenceEncoder) -> list[list[str]]:
    """The tokens of the best translation of each sentence."""
    end = target.vocabulary.id_of(EOS)
    return [target.tokens(numbers) for some in found for numbers in some.best(end)]


def translations(
    found: Iterable[Hypotheses], source: SentenceEncoder, target: SentenceEncoder, texts: Sequence[str], how: Search
) -> list[TextPrediction]:
    """The ``how.n_best`` best translations of each text, with their scores if there are several."""
    rows = [row for some in found for row in zip(some.tokens, some.lengths, some.scores.tolist(), strict=True)]
    predictions = []
    for text, (tokens, lengths, scores) in zip(texts, rows, strict=True):
        answers = tuple(target.decode(_row(tokens[k], lengths[k])) for k in range(how.n_best))
        unseen = sorted({word for word in source.split(text) if word not in source.vocabulary})
        notes = (f"never seen in training: {', '.join(map(repr, unseen))}",) if unseen else ()
        told = tuple(round(score, 4) for score in scores[: how.n_best]) if how.n_best > 1 else ()
        predictions.append(TextPrediction(text, answers, told, "score", notes))
    return predictions


def _row(tokens: Tensor, length: Tensor) -> list[int]:
    return tokens[: int(length)].tolist()
