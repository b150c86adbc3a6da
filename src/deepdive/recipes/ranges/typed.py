"""What stands on a command line before it is parsed, since it decides the defaults of the rest."""

from collections.abc import Sequence
from itertools import pairwise


def typed_value(flag: str, words: Sequence[str]) -> str | None:
    """What a flag is given, for the last time; ``None`` where it is not.

    >>> typed_value("--preset", ["--preset", "book", "--epochs=2", "--preset=smoke"])
    'smoke'
    """
    found = None
    for word, value in pairwise([*words, ""]):
        if word == flag and value:
            found = value
        if word.startswith(f"{flag}="):
            found = word.partition("=")[2]
    return found
