"""From texts to numbers and back: a tokenizer and a vocabulary in one."""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import torch
from jaxtyping import Int, Int64, Integer
from torch import Tensor

from deepdive.data.text.byte_pair import BytePairTokenizer
from deepdive.data.text.factors import Factors
from deepdive.data.text.tokens import CharacterTokenizer, SubwordTokenizer, Tokenizer, WordTokenizer
from deepdive.data.text.vocabulary import UNKNOWN, Vocabulary
from deepdive.files import parse_json

TOKENIZERS: Mapping[str, type[Tokenizer]] = {
    "characters": CharacterTokenizer,
    "words": WordTokenizer,
    "byte-pair": BytePairTokenizer,
    "subwords": SubwordTokenizer,
}
"""Every kind of tokenizer by the name that files have for it."""


class TextEncoder:
    """What turns a text into numbers and numbers into a text (D2L section 9.2.4).

    ``encode(text)[i]`` is the number of the ``i``-th token; ``decode`` joins the tokens again.

    Args:
        tokenizer: cuts texts into tokens.
        vocabulary: numbers them.

    """

    def __init__(self, tokenizer: Tokenizer, vocabulary: Vocabulary) -> None:
        self.tokenizer = tokenizer
        self.vocabulary = vocabulary

    @classmethod
    def fit(
        cls,
        text: str,
        tokenizer: Tokenizer,
        *,
        min_frequency: int = 1,
        max_size: int | None = None,
        reserved: Sequence[str] = (),
        unknown: str | None = UNKNOWN,
    ) -> "TextEncoder":
        """The encoder whose vocabulary is that of a training text; the options are those of `Vocabulary`.

        Raises:
            ValueError: as `Vocabulary`.

        """
        factors = tokenizer.factor(text)
        vocabulary = fit_vocabulary(
            factors.distinct,
            factors.counts(),
            tokenizer,
            min_frequency=min_frequency,
            max_size=max_size,
            reserved=reserved,
            unknown=unknown,
        )
        return cls(tokenizer, vocabulary)

    @classmethod
    def fit_encode(cls, text: str, tokenizer: Tokenizer, **options: Any) -> "tuple[TextEncoder, Int64[Tensor, ' n']]":
        """The encoder of a text and its numbers, with the text cut once; ``options`` as in `fit`.

        Raises:
            ValueError: as `Vocabulary`.

        """
        factors = tokenizer.factor(text)
        encoder = cls(tokenizer, fit_vocabulary(factors.distinct, factors.counts(), tokenizer, **options))
        return encoder, encoder.encode_factors(factors)

    def __len__(self) -> int:
        """How many numbers there are."""
        return len(self.vocabulary)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, TextEncoder) and self.tokenizer == other.tokenizer and self.vocabulary == other.vocabulary
        )

    def __hash__(self) -> int:
        return hash((self.tokenizer, self.vocabulary))

    def __repr__(self) -> str:
        return f"TextEncoder({self.tokenizer!r}, {self.vocabulary!r})"

    def encode(self, text: str) -> Int64[Tensor, " n"]:
        """The ids of a text's tokens.

        Raises:
            ValueError: a token is unknown and the vocabulary has no token for that.

        """
        return self.encode_factors(self.tokenizer.factor(text))

    def encode_factors(self, factors: Factors) -> Int64[Tensor, " n"]:
        """The ids of a text that is split already.

        Raises:
            ValueError: as `encode`.

        """
        table = self.vocabulary.ids(factors.distinct).numpy()
        return torch.from_numpy(table[factors.codes])

    def decode(self, ids: Integer[Tensor, " n"]) -> str:
        """The text of numbers.

        Raises:
            ValueError: a number is out of range.

        """
        return self.tokenizer.join(self.vocabulary.tokens(ids))

    def to_json(self) -> str:
        """All of it, for `from_json`.

        Raises:
            TypeError: the tokenizer is none of `TOKENIZERS`.

        """
        kind = next((name for name, kind in TOKENIZERS.items() if type(self.tokenizer) is kind), None)
        if kind is None:
            raise TypeError(
                f"tokenizer is a {type(self.tokenizer).__name__}; only these can be kept: {', '.join(TOKENIZERS)}"
            )
        state = {"tokenizer": kind, "settings": self.tokenizer.settings(), "vocabulary": self.vocabulary.to_json()}
        return json.dumps(state)

    @classmethod
    def from_json(cls, text: str, name: str = "the text") -> "TextEncoder":
        """The encoder that `to_json` wrote; ``name`` is what errors call the text.

        Raises:
            ValueError: it is damaged, or something else.

        """
        try:
            state = parse_json(text)
            tokenizer = TOKENIZERS[state["tokenizer"]](**state["settings"])
            return cls(tokenizer, Vocabulary.from_json(state["vocabulary"]))
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise ValueError(f"{name} is no whole text encoder: {error!r}") from error


def fit_vocabulary(
    distinct: Sequence[str],
    counts: Int[np.ndarray, " distinct"],
    tokenizer: Tokenizer,
    *,
    reserved: Sequence[str] = (),
    **options: Any,
) -> Vocabulary:
    """The vocabulary of what a tokenizer gave; all its tokens are in it, where it knows them beforehand.

    Raises:
        ValueError: as `Vocabulary`.

    """
    frequency = dict(zip(distinct, counts.tolist(), strict=True))
    if not counts.all():  # other parts of the text have tokens that this one lacks
        frequency = {token: n for token, n in frequency.items() if n}
    return Vocabulary(frequency, reserved=(*reserved, *tokenizer.tokens), **options)
