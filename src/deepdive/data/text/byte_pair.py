"""Byte-pair tokens: parts of words that are frequent, down to single bytes, so that no text is unknown."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np

from deepdive.data.text.factors import Factors, factor_tokens
from deepdive.data.text.merges import Pair, learn_merges, merge_pair

# Letters, digits or other marks, each with the space before them; or white space. Together they are the whole text.
_PIECES = re.compile(r" ?[^\W\d_]+| ?\d+| ?(?:[^\s\w]|_)+|\s+(?!\S)|\s+")


def _printable_bytes() -> dict[int, str]:
    """A character for every byte: its own where that is seen, others from U+0100 on (Radford et al., 2019)."""
    seen = [*range(0x21, 0x7F), *range(0xA1, 0xAD), *range(0xAE, 0x100)]
    unseen = [byte for byte in range(256) if byte not in seen]
    return {**{byte: chr(byte) for byte in seen}, **{byte: chr(0x100 + i) for i, byte in enumerate(unseen)}}


_SYMBOL_OF = _printable_bytes()
_BYTE_OF = {symbol: byte for byte, symbol in _SYMBOL_OF.items()}
_ALPHABET = tuple(_SYMBOL_OF[byte] for byte in range(256))


class BytePairTokenizer:
    """Parts of words by merged pairs of bytes (Sennrich et al., 2016; of bytes: Radford et al., 2019).

    A text is cut into words, each with the space before it; a word begins as its UTF-8 bytes, and of the learnt
    pairs in it the one learnt first is merged, until none is left. A token is written with one character per byte:
    ``Ġ`` is a space, ``Ċ`` a new line, ``Ã©`` an é. The 256 bytes are tokens themselves, so every text has tokens,
    emoji too, and ``join(split(text)) == text``. A part of a character alone comes back as �.

    Args:
        merges: pairs of tokens in the order in which they were learnt, see `learn`.

    Raises:
        ValueError: a pair is of something that is no token before it.

    """

    def __init__(self, merges: Sequence[Sequence[str]]) -> None:
        self.merges: tuple[Pair, ...] = tuple((first, second) for first, second in merges)
        known = dict.fromkeys(_ALPHABET)
        for i, (first, second) in enumerate(self.merges):
            if first not in known or second not in known:
                raise ValueError(f"merges[{i}] is {(first, second)}; both must be single bytes or merged before")
            known[first + second] = None
        self._tokens = tuple(known)
        self._rank = {pair: i for i, pair in enumerate(self.merges)}
        self._parts: dict[str, list[str]] = {}

    @classmethod
    def learn(cls, text: str, *, tokens: int = 8192, min_frequency: int = 2) -> "BytePairTokenizer":
        """A tokenizer for texts like this one.

        Args:
            text: the training text.
            tokens: how many tokens there are at most, the 256 bytes included.
            min_frequency: how often a pair must occur to be merged.

        Raises:
            ValueError: ``tokens`` is less than 256, ``min_frequency`` less than 1, or the text is empty.

        """
        if tokens < len(_ALPHABET):
            raise ValueError(f"tokens is {tokens}; it must be at least {len(_ALPHABET)}, the number of bytes")
        if min_frequency < 1:
            raise ValueError(f"min_frequency is {min_frequency}; it must be at least 1")
        if not text:
            raise ValueError("text is empty; there is nothing to learn from")
        counts = Counter(_PIECES.findall(text))
        words: dict[Sequence[str], int] = {tuple(_symbols(word)): count for word, count in counts.items()}
        return cls(learn_merges(words, tokens - len(_ALPHABET), min_frequency=min_frequency))

    @property
    def tokens(self) -> tuple[str, ...]:
        """All tokens there can be: the bytes, then what was merged, in the order of learning."""
        return self._tokens

    def split(self, text: str) -> list[str]:
        """The tokens of a text."""
        return [part for word in _PIECES.findall(text) for part in self._parts_of(word)]

    def join(self, tokens: list[str]) -> str:
        """The text of tokens.

        Raises:
            ValueError: one of them is none of this tokenizer's kind.

        """
        try:
            data = bytes(_BYTE_OF[symbol] for token in tokens for symbol in token)
        except KeyError as error:
            raise ValueError(f"tokens hold the character {error.args[0]!r}, which stands for no byte") from None
        return data.decode("utf-8", "replace")

    def factor(self, text: str) -> Factors:
        """What `split` gives, with the parts of every distinct word found once."""
        words = factor_tokens(_PIECES.findall(text))
        parts = [self._parts_of(word) for word in words.distinct]
        of_words = factor_tokens([part for word in parts for part in word])
        sizes = np.fromiter(map(len, parts), np.int64, len(parts))
        starts = sizes.cumsum() - sizes
        # The parts of word after word in the text: where each begins, and how far behind its beginning each part is.
        lengths = sizes[words.codes]
        ends = lengths.cumsum()
        total = int(ends[-1]) if len(ends) else 0
        at = np.arange(total) + np.repeat(starts[words.codes] - (ends - lengths), lengths)
        return Factors(of_words.distinct, of_words.codes[at])

    def settings(self) -> dict[str, Any]:
        """The arguments."""
        return {"merges": [list(pair) for pair in self.merges]}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, BytePairTokenizer) and self.merges == other.merges

    def __hash__(self) -> int:
        return hash(self.merges)

    def __repr__(self) -> str:
        return f"BytePairTokenizer({len(self._tokens)} tokens)"

    def _parts_of(self, word: str) -> list[str]:
        if word not in self._parts:
            self._parts[word] = self._merged(_symbols(word))
        return self._parts[word]

    def _merged(self, symbols: list[str]) -> list[str]:
        last = len(self._rank)
        while len(symbols) > 1:
            pair = min(pairwise(symbols), key=lambda pair: self._rank.get(pair, last))
            if pair not in self._rank:
                break
            symbols = merge_pair(symbols, pair)
        return symbols


def _symbols(word: str) -> list[str]:
    return [_SYMBOL_OF[byte] for byte in word.encode("utf-8", "surrogatepass")]
