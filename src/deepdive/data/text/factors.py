"""A text as its distinct tokens and the number of each token in turn: what counting and numbering need."""

import sys
from dataclasses import dataclass
from itertools import count

import numpy as np
from jaxtyping import Int64, Integer

_BLOCK = 1 << 18
"""Tokens at a time, so that what is computed of them stays in the processor's cache."""


@dataclass(frozen=True)
class Factors:
    """A sequence of tokens: the ``i``-th is ``distinct[codes[i]]``. Every distinct token occurs."""

    distinct: list[str]
    codes: Integer[np.ndarray, " n"]

    def counts(self, start: int = 0, stop: int | None = None) -> Int64[np.ndarray, " distinct"]:
        """How often each distinct token occurs, in all or from position ``start`` up to ``stop``."""
        codes, size = self.codes[start:stop], len(self.distinct)
        counts = np.zeros(size, np.int64)
        block = max(_BLOCK, 4 * size)
        for at in range(0, len(codes), block):
            counts += np.bincount(codes[at : at + block], minlength=size)
        return counts


def factor_tokens(tokens: list[str]) -> Factors:
    """Factors of tokens that are strings already: one look-up in a dictionary for each."""
    # A token gets the next number when it is first seen; setdefault draws one for every token, so there are gaps.
    first: dict[str, int] = {}
    drawn = np.fromiter(map(first.setdefault, tokens, count()), np.int64, len(tokens))
    compact = np.zeros(len(tokens), np.int64)
    compact[list(first.values())] = np.arange(len(first))
    return Factors(list(first), compact[drawn])


def factor_characters(text: str) -> Factors:
    """Factors of the characters of a text: each looked up by its code point in a table."""
    try:
        small = text.encode("latin-1")
    except UnicodeEncodeError:
        return _factor_code_points(text)
    found = np.flatnonzero(np.bincount(np.frombuffer(small, np.uint8), minlength=256))
    table = np.zeros(256, np.uint8)
    table[found] = np.arange(len(found), dtype=np.uint8)
    codes = np.frombuffer(small.translate(table.tobytes()), np.uint8)
    return Factors([chr(point) for point in found.tolist()], codes)


def _factor_code_points(text: str) -> Factors:
    distinct: list[str] = []
    table = np.full(sys.maxunicode + 1, -1, np.int32)
    codes = np.empty(len(text), np.int32)
    for at in range(0, len(text), _BLOCK):
        points = np.frombuffer(text[at : at + _BLOCK].encode("utf-32-le", "surrogatepass"), np.uint32)
        found = table.take(points)
        new = np.unique(points[found < 0])
        if len(new):
            table[new] = np.arange(len(distinct), len(distinct) + len(new))
            distinct += map(chr, new.tolist())
            found = table.take(points)
        codes[at : at + _BLOCK] = found
    return Factors(distinct, codes)
