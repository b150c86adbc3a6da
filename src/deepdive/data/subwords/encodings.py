"""Texts as token ids, and where each token is from."""

from dataclasses import dataclass

from deepdive.data.sequences import Ragged


@dataclass(frozen=True)
class Encodings:
    """Texts, or pairs of them, as token ids, and where each token is from."""

    ids: Ragged
    type_ids: Ragged
    """0 in the first text of a pair, 1 in the second."""
    words: Ragged
    """The word, counted within its text, that a token is of; -1 for special tokens."""
    starts: Ragged
    """The character of its text at which a token begins."""
    ends: Ragged
    """The character behind its last one."""
    sequences: Ragged
    """The text that a token is of, 0 or 1; -1 for special tokens."""
