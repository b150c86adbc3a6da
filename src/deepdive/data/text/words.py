"""Words between white space, numbered without making a string of each: a hash table for many words at once."""

import numpy as np
from jaxtyping import Int32, Int64, UInt8, UInt64

from deepdive.data.text.factors import Factors, factor_tokens

_ASCII_SPACES = bytes(byte < 128 and chr(byte).isspace() for byte in range(256))
"""For every byte, 1 where it is white space. Other white space than ASCII's has more than one byte."""
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


def factor_words(text: str) -> Factors:
    """Factors of ``text.split()``.

    Eight bytes of a word are read as one integer, its key. Words of up to eight bytes are told apart by it exactly;
    the key of a longer word mixes all its bytes, and each is compared with the word that it was taken for. Should two
    words ever have the same key, or the text hold NUL bytes or rare white space, a dictionary does the work.
    """
    spaced = b"".join((b" ", text.encode("utf-8", "surrogatepass"), b" " * 9))
    factors = None if b"\0" in spaced else _factor_bytes(spaced)
    return factor_tokens(text.split()) if factors is None else factors


def _factor_bytes(spaced: bytes) -> Factors | None:
    is_space = np.frombuffer(spaced.translate(_ASCII_SPACES), np.bool_)
    # The eight bytes from every position on, as an integer whose lowest byte is the first of them.
    eights = np.ndarray((len(spaced) - 7,), "<u8", buffer=spaced, strides=(1,))
    table = _WordTable()
    codes: list[np.ndarray] = []
    last = 0  # where the last white space was
    begin, size = 1, _FIRST_BLOCK
    while begin < len(spaced):
        ends = np.flatnonzero(is_space[begin : begin + size])
        ends += begin
        begin, size = begin + size, _BLOCK
        if not len(ends):
            continue
        starts = np.empty_like(ends)
        starts[0], starts[1:] = last, ends[:-1]
        starts += 1
        last = ends[-1]
        lengths = ends - starts
        if not lengths.all():
            starts, lengths = starts[lengths > 0], lengths[lengths > 0]
        block = table.codes(eights, starts, lengths)
        if block is None:
            return None
        codes.append(block)
    distinct = table.words(np.frombuffer(spaced, np.uint8))
    if distinct is None:
        return None
    return Factors(distinct, np.concatenate(codes) if codes else np.empty(0, np.int32))


class _WordTable:
    """Numbers of words by their keys: open addressing with linear probing (Knuth, volume 3, section 6.4)."""

    def __init__(self) -> None:
        self._keys = np.empty(0, np.uint64)
        self._starts = np.empty(0, np.int64)  # of the first occurrence of every word
        self._lengths = np.empty(0, np.int64)
        self._allocate(16)

    def words(self, spaced: UInt8[np.ndarray, " all"]) -> list[str] | None:
        """The words in the order of their numbers; ``None`` where one holds white space beyond ASCII's."""
        sizes = self._lengths + 1  # with the white space behind
        ends = sizes.cumsum()
        taken = spaced[np.arange(sizes.sum()) + np.repeat(self._starts - (ends - sizes), sizes)]
        taken[ends - 1] = ord(" ")
        joined = taken.tobytes().decode("utf-8", "surrogatepass")
        words = joined.split()
        return words if words == joined.split(" ")[:-1] else None

    def codes(self, eights: Eights, starts: Positions, lengths: Positions) -> Int32[np.ndarray, " n"] | None:
        """The number of each word, a new one for a new word; ``None`` where two different words have the same key."""
        keys = eights[starts] & _MASKS.take(lengths, mode="clip")
        long = np.flatnonzero(lengths > 8)
        later = _later_pieces(eights, starts[long], lengths[long])
        for rows, piece in later:
            keys[long[rows]] = _mixed(keys[long[rows]], piece)
        codes = self._find(keys)
        new = np.flatnonzero(codes < 0)
        if len(new):
            self._add(keys[new], starts[new], lengths[new])
            codes[new] = self._find(keys[new])
        taken_for = self._starts[codes[long]]
        differ = (self._lengths[codes[long]] != lengths[long]) | (eights[taken_for] != eights[starts[long]])
        if differ.any():
            return None
        others = _later_pieces(eights, taken_for, lengths[long])
        same = all((piece == other).all() for (_, piece), (_, other) in zip(later, others, strict=True))
        return codes if same else None

    def _find(self, keys: Keys) -> Int32[np.ndarray, " n"]:
        slots = self._first_slots(keys)
        found = self._slot_keys[slots]
        codes = self._slot_codes[slots]  # -1 where the slot is free
        pending = np.flatnonzero(found != keys)
        while len(pending := pending[codes[pending] >= 0]):
            slots[pending] = self._next(slots[pending])
            codes[pending] = self._slot_codes[slots[pending]]
            pending = pending[self._slot_keys[slots[pending]] != keys[pending]]
        return codes

    def _add(self, keys: Keys, starts: Positions, lengths: Positions) -> None:
        distinct, first = np.unique(keys, return_index=True)
        known = len(self._keys)
        self._keys = np.concatenate((self._keys, distinct))
        self._starts = np.concatenate((self._starts, starts[first]))
        self._lengths = np.concatenate((self._lengths, lengths[first]))
        if 4 * len(self._keys) > len(self._slot_keys):
            self._allocate((4 * len(self._keys)).bit_length())
            known = 0
        self._fill(self._keys[known:], np.arange(known, len(self._keys), dtype=np.int32))

    def _allocate(self, bits: int) -> None:
        self._bits = np.uint64(bits)
        self._slot_keys = np.zeros(1 << bits, np.uint64)  # 0 where free: no word has this key
        self._slot_codes = np.full(1 << bits, -1, np.int32)

    def _fill(self, keys: Keys, codes: Int32[np.ndarray, " n"]) -> None:
        slots = self._first_slots(keys)
        while len(keys):
            free = self._slot_keys[slots] == 0
            self._slot_keys[slots[free]] = keys[free]  # Of several keys for one slot, the last one gets it.
            won = self._slot_keys[slots] == keys
            self._slot_codes[slots[won]] = codes[won]
            keys, codes, slots = keys[~won], codes[~won], self._next(slots[~won])

    def _first_slots(self, keys: Keys) -> Positions:
        return (keys * _MULTIPLIER >> (np.uint64(64) - self._bits)).view(np.int64)

    def _next(self, slots: Positions) -> Positions:
        return (slots + 1) & (len(self._slot_keys) - 1)


def _later_pieces(eights: Eights, starts: Positions, lengths: Positions) -> list[tuple[Positions, Keys]]:
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
