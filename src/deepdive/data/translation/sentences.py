"""Many sentences to numbers at once, each ended by ``<eos>``."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from typing import Any

import numpy as np
import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.checks import check_strings
from deepdive.data.sequences import Ragged
from deepdive.data.text.encoder import TextEncoder
from deepdive.data.text.factors import Factors, factor_tokens
from deepdive.data.text.tokens import Tokenizer, WordTokenizer
from deepdive.data.text.vocabulary import Vocabulary
from deepdive.signatures import checked

PAD, BOS, EOS = "<pad>", "<bos>", "<eos>"
"""Behind the shorter sentences of a batch, before each target, and behind each sentence."""


@dataclass(frozen=True)
class Sentences:
    """Sentences as codes of their distinct tokens, before there is a vocabulary."""

    distinct: list[str]
    codes: Ragged
    """Row ``i`` is sentence ``i``, with ``<eos>`` at its end."""

    def counts(self, rows: Int64[Tensor, " m"]) -> dict[str, int]:
        """How often each token occurs in some of the sentences."""
        counts = self.codes.rows(rows).values.bincount(minlength=len(self.distinct)).tolist()
        return {token: count for token, count in zip(self.distinct, counts, strict=True) if count}

    def numbered(self, vocabulary: Vocabulary) -> Ragged:
        """The numbers of all tokens, looked up once for each distinct one."""
        return Ragged(vocabulary.ids(self.distinct)[self.codes.values], self.codes.offsets)


def cut(sentences: Sequence[str], tokenizer: Tokenizer) -> Sentences:
    """The tokens of many sentences.

    Raises:
        ValueError: a sentence holds ``<eos>`` itself, or a line end.
    """
    check_strings("sentences", sentences)
    if isinstance(tokenizer, WordTokenizer) and not tokenizer.letters_only:  # all of them as one text
        factors = replace(tokenizer, line_end=EOS).factor("\n".join([*sentences, ""]))
    else:
        factors = factor_tokens(list(chain.from_iterable((*tokenizer.split(line), EOS) for line in sentences)))
    return _in_rows(factors, len(sentences))


def _in_rows(factors: Factors, n: int) -> Sentences:
    codes = torch.from_numpy(factors.codes.astype(np.int64))
    ends = (codes == factors.distinct.index(EOS)).nonzero().flatten() if n else codes
    if len(ends) != n:
        raise ValueError(f"sentences holds {EOS!r} or a line end within a sentence; {EOS!r} is the token after each")
    return Sentences(factors.distinct, Ragged(codes, torch.cat((ends.new_zeros(1), ends + 1))))


class SentenceEncoder:
    """From sentences to their numbers and back; with ``reverse``, their tokens are numbered backwards.

    Reversing the source brings its first words close to the first words of the target (Sutskever et al., 2014).
    ``<eos>`` stays at the end.

    Args:
        encoder: tokenizer and vocabulary, with ``<eos>`` among its tokens.
        reverse: whether the tokens of a sentence are in reverse order.

    Raises:
        ValueError: the vocabulary lacks ``<eos>``.
    """

    def __init__(self, encoder: TextEncoder, *, reverse: bool = False) -> None:
        if EOS not in encoder.vocabulary:
            raise ValueError(f"the vocabulary lacks {EOS!r}, which ends each sentence; reserve it")
        self.encoder = encoder
        self.vocabulary = encoder.vocabulary
        self.reverse = reverse

    def __len__(self) -> int:
        """How many tokens there are."""
        return len(self.vocabulary)

    @property
    def padding(self) -> int:
        """The id of ``<pad>``."""
        return self.vocabulary.id_of(PAD)

    def to_json(self) -> dict[str, Any]:
        """All of it, for `from_json`."""
        return {"encoder": self.encoder.to_json(), "reverse": self.reverse}

    @classmethod
    def from_json(cls, plain: dict[str, Any]) -> "SentenceEncoder":
        """The encoder that `to_json` wrote.

        Raises:
            ValueError: it is damaged, or something else.
        """
        return cls(TextEncoder.from_json(plain["encoder"], "the encoder"), reverse=plain["reverse"])

    @checked
    def encode(self, sentences: Sequence[str]) -> Ragged:
        """The ids of each sentence's tokens, ``<eos>`` at the end.

        Raises:
            ValueError: a sentence holds ``<eos>`` itself, or a line end.
        """
        return self.ordered(cut(sentences, self.encoder.tokenizer).numbered(self.vocabulary))

    def ordered(self, ids: Ragged) -> Ragged:
        """Numbers in the order of the sentences, in the order in which the network gets them."""
        return ids.reversed(keep=1) if self.reverse else ids

    def tokens(self, ids: Iterable[int]) -> list[str]:
        """The tokens of one sentence, as they would be read, without ``<pad>``, ``<bos>`` and ``<eos>``."""
        found = self.vocabulary.tokens(torch.tensor(list(ids), dtype=torch.long))
        found = [token for token in found if token not in (PAD, BOS, EOS)]
        return found[::-1] if self.reverse else found

    def decode(self, ids: Iterable[int]) -> str:
        """The text of one sentence."""
        return self.encoder.tokenizer.join(self.tokens(ids))

    def split(self, sentence: str) -> list[str]:
        """The tokens of one sentence, whether they are in the vocabulary or not."""
        return self.encoder.tokenizer.split(sentence)


@dataclass(frozen=True)
class Languages:
    """The language that is read and the one that is written."""

    source: SentenceEncoder
    target: SentenceEncoder
