"""Words between white space, numbered without making a string of each: a hash table for many words at once."""

import numpy as np
from jaxtyping import Int64, UInt8, UInt64

from deepdive.data.text.factors import Factors, factor_tokens

_MASKS = np.array([(1 << 8 * n) - 1 for n in range(9)], np.uint64)
"""The lowest ``n`` bytes."""
_MULTIPLIER = np.uint64(0x9E3779B97F4A7C15)
"""2⁶⁴ over the golden ratio: the upper bits of a multiple of it are well mixed (Knuth, volume 3, section 6.4)."""
_OTHER_MULTIPLIER = np.uint64(0xD6E8FEB86659FD93)
_TOP_BYTE = np.uint64(0xFF << 56)
"""No byte of UTF-8 has this value: a key with it is none of a word of up to eight bytes, and never 0."""
_FIRST_BLOCK, _BLOCK = 1 << 15, 1 << 18
"""Bytes of text at a time, so that what is computed of them stays in the processor's cache; most words of the first
block are new, so it is a smaller one."""

Eights = UInt64[np.ndarray, " bytes"]
Keys = UInt64[np.ndarray, " n"]
Positions = Int64[np.ndarray, " n"]


def factor_words(text: str | bytes) -> Factors:
    """Factors of ``text.split()``; bytes are UTF-8.

    Eight bytes of a word are read as one integer, its key. Words of up to eight bytes are told apart by it exactly;
    the key of a longer word mixes all its bytes, and each is compared with the word that it was taken for. Should two
    words ever have the same key, or the text hold control characters or white space
    beyond ASCII's, a dictionary does the work.
    """
    data = text.encode("utf-8", "surrogatepass") if isinstance(text, str) else text
    factors = _factor_bytes(b"".join((b" ", data, b" " * 9)))
    if factors is None:
        text = text if isinstance(text, str) else text.decode("utf-8", "surrogatepass")
        return factor_tokens(text.split())
    return factors


def _factor_bytes(spaced: bytes) -> Factors | None:
    all_bytes = np.frombuffer(spaced, np.uint8)[:-8]  # the last ones are there for what reads eight bytes at once
    # The eight bytes from every position on, as an integer whose lowest byte is the first of them.
    eights = np.ndarray((len(spaced) - 7,), "<u8", buffer=spaced, strides=(1,))
    table = _WordTable()
    codes: list[np.ndarray] = []
    begun = np.empty(0, np.int64)  # where a word begins that the last block has not to its end
    at, size = 0, _FIRST_BLOCK
    while at < len(all_bytes) - 1:
        block = all_bytes[at : at + size + 1]  # with the first byte of the next one
        if _holds_controls(block):
            return None
        is_space = block <= ord(" ")
        starts = np.concatenate((begun, np.flatnonzero(is_space[:-1] > is_space[1:]) + (at + 1)))
        ends = np.flatnonzero(is_space[:-1] < is_space[1:])
        ends += at + 1
        starts, begun = starts[: len(ends)], starts[len(ends) :]
        at, size = at + size, min(2 * size, _BLOCK)
        found = table.codes(eights, starts, ends - starts)
        if found is None:
            return None
        codes.append(found)
    distinct = table.words(all_bytes)
    if distinct is None:
        return None
    return Factors(distinct, np.concatenate(codes))


def _holds_controls(block: UInt8[np.ndarray, " n"]) -> bool:
    """Whether a byte below 33 is not white space: 9 to 13 and 28 to 32 are."""
    return bool((block < 9).any() or (block - np.uint8(14) < 14).any())


class _WordTable:
    """Numbers of words by their keys: open addressing with linear probing (Knuth, volume 3, section 6.4).

    Inside, words are numbered from 1, and 0 is the free slot, whose key 0 is that of no word.
    """

    def __init__(self) -> None:
        self._size = 1
        self._keys = np.zeros(1 << 14, np.uint64)
        self._starts = np.zeros(1 << 14, np.int64)  # of the first occurrence of every word
        self._lengths = np.zeros(1 << 14, np.int64)
        self._slots = np.zeros(1 << 16, np.int64)  # numbers

    def words(self, spaced: UInt8[np.ndarray, " all"]) -> list[str] | None:
        """The words in the order of their numbers; ``None`` where one holds white space beyond ASCII's."""
        starts, sizes = self._starts[1 : self._size], self._lengths[1 : self._size] + 1  # with the white space behind
        ends = sizes.cumsum()
        taken = spaced[np.arange(sizes.sum()) + np.repeat(starts - (ends - sizes), sizes)]
        taken[ends - 1] = ord(" ")
        joined = taken.tobytes().decode("utf-8", "surrogatepass")
        words = joined.split()
        return words if words == joined.split(" ")[:-1] else None

    def codes(self, eights: Eights, starts: Positions, lengths: Positions) -> Positions | None:
        """The number of each word from 0, a new one for a new word; ``None`` where two words have the same key."""
        keys = eights[starts]
        keys &= _MASKS.take(lengths, mode="clip")
        long = np.flatnonzero(lengths > 8)
        long_starts, long_lengths = starts.take(long), lengths.take(long)
        later = _later_pieces(eights, long_starts, long_lengths)
        mixed = keys.take(long)
        heads = mixed.copy()
        for rows, piece in later:
            mixed[rows] = _mixed(mixed[rows], piece)
        keys[long] = mixed
        codes, new = self._find(keys)
        while len(new):
            first = new[self._of_different_slots(keys[new])]
            self._add(keys[first], starts[first], lengths[first])
            codes[new], still = self._find(keys[new])
            new = new[still]
        taken_for = self._starts.take(codes.take(long))
        same_length = self._lengths.take(codes.take(long)) == long_lengths
        if not same_length.all() or (eights[taken_for] != heads).any():
            return None
        others = _later_pieces(eights, taken_for, long_lengths)
        same = all((piece == other).all() for (_, piece), (_, other) in zip(later, others, strict=True))
        codes -= 1
        return codes if same else None

    def _find(self, keys: Keys) -> tuple[Positions, Int64[np.ndarray, " missing"]]:
        """Numbers, and where they are 0 because the key is not there."""
        slots = self._first_slots(keys)
        codes = self._slots.take(slots)
        missed = pending = np.flatnonzero(self._keys.take(codes) != keys)
        while len(pending := pending[codes[pending] > 0]):
            slots[pending] = self._next(slots[pending])
            codes[pending] = self._slots[slots[pending]]
            pending = pending[self._keys[codes[pending]] != keys[pending]]
        return codes, missed[codes[missed] == 0]

    def _of_different_slots(self, keys: Keys) -> Int64[np.ndarray, " fewer"]:
        """Places of keys that differ: of those with the same first slot, the last one."""
        slots, places = self._first_slots(keys), np.arange(len(keys))
        last = np.empty(len(self._slots), np.int64)
        last[slots] = places
        return np.flatnonzero(last[slots] == places)

    def _add(self, keys: Keys, starts: Positions, lengths: Positions) -> None:
        old, self._size = self._size, self._size + len(keys)
        if self._size > len(self._keys):
            more = max(len(self._keys), len(keys))
            self._keys, self._starts, self._lengths = (
                np.pad(array, (0, more)) for array in (self._keys, self._starts, self._lengths)
            )
        self._keys[old : self._size] = keys
        self._starts[old : self._size] = starts
        self._lengths[old : self._size] = lengths
        if 8 * self._size > len(self._slots):
            self._slots = np.zeros(1 << (8 * self._size).bit_length(), np.int64)
            old = 1
        self._fill(np.arange(old, self._size))

    def _fill(self, codes: Positions) -> None:
        slots = self._first_slots(self._keys[codes])
        while len(codes):
            free = self._slots[slots] == 0
            self._slots[slots[free]] = codes[free]  # Of several words for one slot, the last one gets it.
            lost = self._slots[slots] != codes
            codes, slots = codes[lost], self._next(slots[lost])

    def _first_slots(self, keys: Keys) -> Positions:
        shift = np.uint64(65 - len(self._slots).bit_length())
        return (keys * _MULTIPLIER >> shift).view(np.int64)

    def _next(self, slots: Positions) -> Positions:
        return (slots + 1) & (len(self._slots) - 1)


def _later_pieces(eights: Eights, starts: Positions, lengths: Positions) -> list[tuple[np.ndarray, np.ndarray]]:
    """Bytes 8 to 15, 16 to 23, ... of words: which words have any, and what they are."""
    pieces: list[tuple[np.ndarray, np.ndarray]] = []
    rows, at = np.arange(len(starts)), 8
    while len(rows := rows[lengths[rows] > at]):
        pieces.append((rows, eights[starts[rows] + at] & _MASKS.take(lengths[rows] - at, mode="clip")))
        at += 8
    return pieces


def _mixed(keys: Keys, piece: Keys) -> Keys:
    """Keys that depend on all bytes of the old ones and of another piece; never those of a short word."""
    keys = (keys ^ (keys >> np.uint64(32))) * _MULTIPLIER
    return (keys ^ (keys >> np.uint64(29))) + piece * _OTHER_MULTIPLIER | _TOP_BYTE
