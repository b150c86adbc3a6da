"""Rows of a text in which quotes enclose cells, as RFC 4180 has it."""

import csv
import io
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

import numpy as np
from numpy.typing import ArrayLike, NDArray

from deepdive.data.delimited.cells import BLANKS, Cells, Plain, Shape, is_blank
from deepdive.data.delimited.encoding import same_line_ends

_LOCK = threading.Lock()
_LONGEST = 2**31 - 1
_QUOTE, _LF, _CR = b'"\n\r'
_SEPARATORS = "\x1f\x1e\x1d\x1c\x01\x02\x03\x04"
"""Characters that hardly any text has."""


def read_quoted(text: str, mark: str, shape: Shape) -> Cells:
    """The rows of a text in which a quote that begins a cell opens it; see `parse`.

    Raises:
        ValueError: see `parse`.
    """
    return _enclosing(text, mark, shape) or _by_letters(text, mark, shape)


def _enclosing(text: str, mark: str, shape: Shape) -> Cells | None:
    """The rows where all quotes enclose cells or are doubled in these; ``None`` where any is not, or a row is odd.

    Such a text is read without a loop over its letters. A mark or line end is one where the number of quotes before it
    is even; a quote that directly follows a closing one is a letter, and all others only enclose.
    """
    free = [each for each in _SEPARATORS if each not in text]
    if len(free) < 2:
        return None
    data = text.encode()
    letters = np.frombuffer(data, dtype=np.uint8)
    quotes = np.flatnonzero(letters == _QUOTE)
    around = np.zeros(256, dtype=bool)
    around[[_QUOTE, ord(mark), _LF, _CR]] = True
    padded = np.concatenate(([_LF], letters, [_LF]))  # of letter i, the one before it is padded[i]
    opening, closing = quotes[::2], quotes[1::2]
    if len(quotes) % 2 or not around[padded[opening]].all() or not around[padded[closing + 2]].all():
        return None

    def bare(places: NDArray[np.int64]) -> NDArray[np.int64]:
        """Those that are not enclosed."""
        return places[np.searchsorted(quotes, places) % 2 == 0]

    ends_line = (letters == _LF) | ((letters == _CR) & (padded[2:] != _LF))
    line_ends = np.flatnonzero(ends_line)
    marks, ends = bare(np.flatnonzero(letters == ord(mark))), bare(line_ends)
    if not len(ends) or ends[-1] != len(letters) - 1:
        ends = np.append(ends, len(letters))
    starts = np.append(0, ends[:-1] + 1)
    counts = np.diff(np.searchsorted(marks, ends), prepend=0)
    rows = (data[start:end].decode() for start, end in zip(starts.tolist(), ends.tolist(), strict=True))
    head = next((i for i, row in enumerate(rows) if not is_blank(row, mark)), len(ends))
    width = shape.width or int(counts[head]) + 1 if head < len(ends) else 0
    if width < 2:  # blank lines are as long as rows, or there are none
        return None
    kept = counts == width - 1
    if not kept[head] or not all(
        is_blank(data[starts[i] : ends[i]].decode(), mark) for i in np.flatnonzero(~kept).tolist()
    ):
        return None
    stays = np.ones(len(letters), dtype=bool)
    stays[quotes] = False
    stays[opening[padded[opening] == _QUOTE]] = True
    stays[bare(np.flatnonzero((letters == _CR) & ~ends_line))] = False
    for i in np.flatnonzero(~kept).tolist():
        stays[starts[i] : ends[i] + 1] = False
    separated = letters.copy()
    separated[marks], separated[ends[ends < len(letters)]] = ord(free[0]), ord(free[1])
    begin, end = int(starts[head]), int(ends[head])
    first = separated[begin:end][stays[begin:end]].tobytes().decode().split(free[0])
    if shape.header:
        kept[head], stays[: end + 1] = False, False
    plain = Plain(separated[stays].tobytes().removesuffix(free[1].encode()), free[0], free[1])
    at, to = (np.searchsorted(line_ends, places) + 1 for places in (starts, ends))
    lines: list[int] = at[kept].tolist()
    return Cells(
        first,
        int(at[head]),
        lines,
        lambda: [row.split(free[0]) for row in plain.data.decode().split(free[1])] if lines else [],
        plain,
        _spans(at[kept], to[kept], shape.name),
    )


def _by_letters(text: str, mark: str, shape: Shape) -> Cells:
    """The rows also of a text with quotes within cells that are not quoted, or the error of one that is wrong."""
    if _has_blanks_before_quotes(text, mark) and (fault := _fault(text, mark)):
        raise ValueError(f"{shape.name}:{fault}")
    first: list[str] = []
    rows, lines, ends = list[list[str]](), list[int](), list[int]()
    width, end, begins = shape.width, 0, 1
    written = cache(lambda: same_line_ends(text).split("\n"))  # an empty cell in quotes is no blank line
    with _cells_of_any_length():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        try:
            for row in reader:
                line, end = end + 1, reader.line_num
                if len(row) != width or not row:
                    if not row or (len(row) == 1 and not row[0].strip() and '"' not in written()[line - 1]):
                        continue
                    width = width or len(row)
                    if len(row) != width:
                        raise shape.misfit(line, end, row, width, mark)
                if not first:
                    first, begins = row, line
                    if shape.header:
                        continue
                rows.append(row)
                lines.append(line)
                ends.append(end)
        except csv.Error as error:
            raise ValueError(f"{shape.name}:{_fault(text, mark) or f'{reader.line_num}: {error}'}") from error
    return Cells(first, begins, lines, lambda: rows, notes=_spans(lines, ends, shape.name))


def _has_blanks_before_quotes(text: str, mark: str) -> bool:
    """Whether any may open a cell; within a quoted one they may as well be text."""
    blanks = BLANKS.replace(mark, "")
    if not any(f'{blank}"' in text for blank in blanks):
        return False
    return any(re.search(f'{begin}[{blanks}]+"', text) for begin in ("^", "\n", "\r", re.escape(mark)))


def _fault(text: str, mark: str) -> str | None:
    """Line and words of the first thing that RFC 4180 does not allow; what the csv module finds, it cannot place."""
    quoted, bare = re.compile(r'"(?:[^"]++|"")*+"'), re.compile(rf"[^{re.escape(mark)}\r\n]*+")
    at = 0
    while at < len(text):
        if text[at] == '"':
            closed = quoted.match(text, at)
            if closed is None:
                return f"{line_of(text, at)}: a quote opens a cell here and is never closed"
            rest = bare.match(text, closed.end())
            if rest and rest.group():
                return (
                    f"{line_of(text, at)}: a quote opens a cell here that goes on behind the one that closes it, in "
                    f"line {line_of(text, closed.end())}, with {rest.group()[:20]!r}; a quote in a quoted cell must "
                    "be doubled"
                )
            at = closed.end()
        else:
            cell = bare.match(text, at)
            letters = cell.group() if cell else ""
            if letters.lstrip(BLANKS).startswith('"'):
                return (
                    f"{line_of(text, at)}: a quote that opens a cell must be its first character, got "
                    f"{letters[:20]!r}; take the white space before it away"
                )
            at += len(letters)
        at += 1
    return None


def _spans(lines: ArrayLike, ends: ArrayLike, name: str) -> tuple[str, ...]:
    more = np.asarray(ends) - np.asarray(lines)
    if not more.any():
        return ()
    at = int(more.argmax())
    line = int(np.asarray(lines)[at])
    several = np.count_nonzero(more)
    return (f"{name} has rows of several lines: {several}, the longest from line {line} to {line + int(more[at])}",)


def line_of(text: str, at: int) -> int:
    """The line of a place in a text, from 1."""
    return same_line_ends(text[:at]).count("\n") + 1


@contextmanager
def _cells_of_any_length() -> Iterator[None]:
    """The csv module refuses cells of more than 128 KiB; its limit is one for the whole process."""
    with _LOCK:
        before = csv.field_size_limit(_LONGEST)
        try:
            yield
        finally:
            csv.field_size_limit(before)
