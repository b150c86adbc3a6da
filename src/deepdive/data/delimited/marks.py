"""Which character separates the fields of a file: what its name and its header say."""

import re
from collections.abc import Sequence

from deepdive.data.delimited.packing import PACKED, suffix_of

WHITESPACE = "whitespace"
"""The name of the delimiter that is any run of spaces and tabs."""
NAMES = {"comma": ",", "semicolon": ";", "tab": "\t", "space": " ", "bar": "|", "whitespace": WHITESPACE}
"""Delimiters by the words for them."""
SUFFIXES: dict[str, str | None] = {".csv": ",", ".tsv": "\t", ".tab": "\t", ".dat": WHITESPACE, ".txt": None}
"""What the end of a file's name says of its delimiter; .txt says nothing."""
_WORDS = {mark: name for name, mark in NAMES.items()}
SNIFFED = (",", ";", "\t", "|")
"""The delimiters that a header can show."""
_NO_TEXT = (".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".xml", ".html", ".pdf", ".doc", ".docx", ".odt")
# A quoted name may hold any of the marks; it begins behind one of them, or the header.
_HEADER = re.compile(r'(?:(?<![^,;\t|\r\n])"(?:[^"]++|"")*+"|[^\r\n])*+')
_QUOTED = re.compile(r'(?<![^,;\t|])"(?:[^"]++|"")*+"')


def is_delimited(name: str) -> bool:
    """Whether a file is a delimited one by its name: .csv, .tsv or .tab, compressed or not, in any case."""
    return suffix_of(name) in (".csv", ".tsv", ".tab")


def word(mark: str) -> str:
    """How messages call a delimiter."""
    return _WORDS.get(mark, repr(mark))


def given_mark(delimiter: str) -> str:
    """The delimiter that is meant: one character, or one of `NAMES`.

    Raises:
        ValueError: it is neither.

    """
    mark = NAMES.get(delimiter, delimiter)
    if mark != WHITESPACE and (len(mark) != 1 or not mark.isascii() or mark in '"\r\n\0'):
        raise ValueError(f"delimiter must be one ASCII character or one of {', '.join(NAMES)}, got {delimiter!r}")
    return mark


def own_mark(name: str, suffix: str) -> str | None:
    """The delimiter that a suffix stands for.

    Raises:
        ValueError: it stands for something that is no delimited text.

    """
    if suffix in _NO_TEXT:
        known = ", ".join([*SUFFIXES, *(f".csv{ending}" for ending in PACKED)])
        raise ValueError(f"{name} has the suffix {suffix!r}; a delimited text file must have one of {known}")
    return SUFFIXES.get(suffix)


def shown(text: str) -> list[str]:
    """Those of comma, semicolon, tab and bar that the first line has outside of quotes, the most frequent one first."""
    header = _HEADER.match(text, len(text) - len(text.lstrip()))
    bare = _QUOTED.sub("", header.group() if header else "")
    return sorted((mark for mark in SNIFFED if mark in bare), key=lambda mark: -bare.count(mark))


def candidates(text: str, own: str | None, *, whitespace: bool) -> Sequence[str]:
    """The delimiters that a file may have: those `shown`, the suffix's ``own`` before others.

    If none is, it is the suffix's own, white space where the caller knows of it, or else the comma, and one column.
    """
    found = sorted(shown(text), key=lambda mark: mark != own)
    return found or [own or (WHITESPACE if whitespace else ",")]
