"""A text as its distinct tokens and the number of each token in turn: what counting and numbering need."""

from dataclasses import dataclass
from itertools import count

import numpy as np
from jaxtyping import Int64, Integer


@dataclass(frozen=True)
class Factors:
    """A sequence of tokens: the ``i``-th is ``distinct[codes[i]]``. Every distinct token occurs."""

    distinct: list[str]
    codes: Integer[np.ndarray, " n"]

    def counts(self, start: int = 0, stop: int | None = None) -> Int64[np.ndarray, " distinct"]:
        """How often each distinct token occurs, in all or from position ``start`` up to ``stop``."""
        return np.bincount(self.codes[start:stop], minlength=len(self.distinct))


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
        points = np.frombuffer(text.encode("utf-32-le", "surrogatepass"), np.uint32)
        found = np.flatnonzero(np.bincount(points)) if len(points) else np.empty(0, np.int64)
        table = np.zeros(0x110000, np.int32)
        table[found] = np.arange(len(found), dtype=np.int32)
        return Factors([chr(point) for point in found.tolist()], table[points])
    found = np.flatnonzero(np.bincount(np.frombuffer(small, np.uint8), minlength=256))
    table = np.zeros(256, np.uint8)
    table[found] = np.arange(len(found), dtype=np.uint8)
    codes = np.frombuffer(small.translate(table.tobytes()), np.uint8)
    return Factors([chr(point) for point in found.tolist()], codes)
