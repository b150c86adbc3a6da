"""Names from elsewhere, out of data, a folder or the command line: shown as text, suggested, typed again, as files.

Whatever such a name holds, it stays a name: no markup where it is drawn or printed, one word where it is typed.
"""

import contextlib
import difflib
import hashlib
import shlex
import sys
import unicodedata
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path
from typing import Literal

_FEW = 12
"""Of more names than these a message shows the first ones only."""
_LONGEST = 60


def printable(text: object, *, keep: str = "") -> str:
    r"""``text`` with every character that cannot be shown (escapes, lone surrogates, ...) as ``?``; but those to keep.

    >>> printable("a\x1b[31mb")
    'a?[31mb'
    """
    return "".join(c if c.isprintable() or c in keep else "?" for c in str(text))


def display_width(text: str) -> int:
    """How many columns of a terminal a text takes: an ideograph takes two, an accent that combines none.

    >>> display_width("café"), display_width("cafe\u0301"), display_width("咖啡")
    (4, 4, 4)
    """
    return len(text) if text.isascii() else sum(map(_columns, text))


def cut(text: str, limit: int, *, keep: Literal["start", "end"] = "start") -> str:
    """A text of at most so many columns, with an ellipsis in place of its end, or of its start.

    >>> cut("gradient descent", 9), cut("runs/lenet/1a2b", 9, keep="end"), cut("lenet", 9), cut("咖啡馆", 5)
    ('gradient…', '…net/1a2b', 'lenet', '咖啡…')
    """
    if display_width(text) <= limit:
        return text
    letters, used = text if keep == "start" else text[::-1], 1
    count = next(i for i, letter in enumerate(letters) if (used := used + _columns(letter)) > limit)
    return f"{text[:count].rstrip()}…" if keep == "start" else f"…{text[len(text) - count :].lstrip()}"


def label(name: object, limit: int = _LONGEST) -> str:
    r"""A name as text in a figure: one line of at most so many columns, which a legend does not leave out.

    A legend has no line whose label begins with an underscore, so that a space comes before it.

    >>> label("_price\n$")
    ' _price?$'
    """
    text = cut(printable(name), limit)
    return f" {text}" if text.startswith("_") else text


def tell(note: object) -> None:
    """Say something of the data on standard error, where it is one line whatever is in the names."""
    with contextlib.suppress(OSError):  # of a terminal that is closed
        sys.stderr.write(f"{printable(note)}\n")


def similar(name: str, known: Iterable[str], most: int = 3) -> list[str]:
    """Of the known names those that were perhaps meant, the most likely first: written otherwise, cut off, or misspelt.

    >>> similar("lstm", ["LSTM", "Linear", "LSTMCell", "optim.Adam"])
    ['LSTM', 'LSTMCell']
    """
    asked = _plain(name)[:_LONGEST]
    if not asked:
        return []
    found = []
    for place, each in enumerate(dict.fromkeys(known)):
        plain = _plain(each)
        last = plain.rpartition(".")[2]
        alike = max(_ratio(asked, plain), _ratio(asked, last))
        if asked in (plain, last):
            alike = 3.0
        elif asked.replace("_", "") == plain.replace("_", ""):
            alike = 2.5
        elif len(asked) > 1 and (plain.startswith(asked) or last.startswith(asked)):
            alike += 1.0
        elif len(asked) > 2 and (asked in plain or (len(plain) > 2 and plain in asked)):
            alike += 0.5
        if alike >= 0.6:
            found.append((-alike, place, each))
    found.sort()
    if found and found[0][0] < -1:  # one that is spelt alike: what has only letters in common was not meant
        found = [each for each in found if each[0] < -1]
    return [each for _, _, each in found[:most]]


def suggestion(name: str, known: Collection[str]) -> str:
    """What to add to the message that there is nothing of that name: what was perhaps meant, else what there is.

    >>> suggestion("lenett", ["lenet", "mlp"]), suggestion("x", ["lenet", "mlp"])
    ("; did you mean 'lenet'?", '; there are lenet, mlp')
    """
    if near := similar(name, known):
        return f"; did you mean {' or '.join(map(repr, near))}?"
    first = list(known)[:_FEW]
    more = f" and {len(known) - len(first)} more" if len(known) > len(first) else ""
    return f"; there are {', '.join(map(printable, first))}{more}" if first else "; there are none"


def apart(name: str, taken: Collection[str]) -> str:
    """A name of ours beside others: itself, or with underscores after it while one of those is called so.

    >>> apart("row", ["row", "row_"])
    'row__'
    """
    while name in taken:
        name += "_"
    return name


def shell_line(*words: str | Path) -> str:
    """A command as it is typed in a shell: whatever is in a word, it is that word; a path is never an option.

    >>> shell_line("deepdive", "resume", Path("my runs/$x")), shell_line("deepdive", "resume", Path("-x"))
    ("deepdive resume 'my runs/$x'", 'deepdive resume ./-x')
    """
    return " ".join(map(_typed, words))


def file_name(text: str, limit: int = 200) -> str:
    """A text as the name of one file: without separators and what cannot be shown, and short enough for any disk."""
    name = "".join(c if c.isprintable() and c not in "/\\" else "_" for c in text)
    data = name.encode()
    if len(data) <= limit:
        return name
    return f"{data[: limit - 17].decode(errors='ignore')}-{hashlib.sha256(data).hexdigest()[:16]}"


def _typed(word: str | Path) -> str:
    text = f"./{word}" if isinstance(word, Path) and str(word).startswith("-") else str(word)
    if all(c.isprintable() or c == "\n" for c in text):
        return shlex.quote(text)
    data = text.encode(errors="surrogateescape")  # the terminal would take a part of it for itself
    return "$'" + "".join(chr(b) if 32 <= b < 127 and b not in b"'\\" else f"\\x{b:02x}" for b in data) + "'"


def _columns(letter: str) -> int:
    if unicodedata.combining(letter):
        return 0
    return 2 if unicodedata.east_asian_width(letter) in "WF" else 1


def _plain(name: str) -> str:
    return name.casefold().replace("-", "_").replace(" ", "_")


def _ratio(asked: str, known: str) -> float:
    matcher = difflib.SequenceMatcher(None, asked, known[: 2 * _LONGEST])
    return matcher.ratio() if matcher.real_quick_ratio() >= 0.6 else 0.0


def flat(entries: Mapping[str, object], prefix: str = "") -> Iterable[tuple[str, object]]:
    """Names and values of nested entries, with dotted names: ``optimizer.lr``."""
    for name, value in entries.items():
        if isinstance(value, Mapping) and value:
            yield from flat({str(key): inner for key, inner in value.items()}, f"{prefix}{name}.")
        else:
            yield prefix + name, value
