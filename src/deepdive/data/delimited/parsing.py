"""From text to rows of cells: as RFC 4180 has it, each row as long as the first one, or an error with its line."""

import csv
import io
import re
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy as np

from deepdive.data.delimited.marks import WHITESPACE, word
from deepdive.data.text.reading import same_line_ends

_LOCK = threading.Lock()
_LONGEST = 2**31 - 1
_BLANKS = " \t\xa0\u3000"


@dataclass(frozen=True)
class Cells:
    """Rows of equal length, as they are written in a file."""

    first: list[str]
    """The header, or the first row where there is none; white space is not taken off."""
    begins: int
    """The line in which it begins, from 1."""
    lines: Sequence[int]
    """The line in which each row begins, from 1; those of the header are not among them."""
    read: Callable[[], list[list[str]]]
    plain: tuple[bytes, str] | None = None
    """UTF-8 with one row per line, and the one character between its cells, where nothing is quoted."""
    notes: tuple[str, ...] = ()

    @cached_property
    def rows(self) -> list[list[str]]:
        """All rows but the header."""
        return self.read()


@dataclass(frozen=True)
class Shape:
    """What the rows of a file are measured by."""

    name: str
    """What errors call the file."""
    header: bool
    """Whether the first line is one."""
    width: int | None = None
    """Fields of each row; those of the first if not given."""

    def misfit(self, line: int, last: int, row: Sequence[str], width: int, mark: str) -> ValueError:
        """The error of a row with another number of fields than it must have."""
        rule = "the header" if self.header else "names in columns" if self.width else "the first row"
        hint = ""
        if last > line:
            hint = f"; a quoted cell of it ends in line {last}: is a quote not closed before?"
        elif len(row) > width and not any(cell.strip() for cell in row[width:]):
            hint = f"; take off the {word(mark)} at its end"
        elif len(row) > width and mark != WHITESPACE:
            hint = f"; a cell that holds a {word(mark)} must be quoted"
        return ValueError(
            f"{self.name}:{line}: row must have {_fields(width)} as {rule}, got {len(row)} (separated by "
            f"{word(mark)}){hint}"
        )


def parse(text: str, mark: str, shape: Shape, *, quotes: bool | None = None) -> Cells:
    r"""The rows of a text; blank lines are passed over, but a line of ``""`` is a row of one cell.

    Lines end in ``\n``, ``\r\n`` or ``\r``, and nothing else.

    A cell that begins with a quote ends with the next one that is not doubled, and may hold delimiters, line ends, and
    two quotes for one. A quote anywhere else in a cell is a letter. Between tabs all quotes are letters, unless those
    that begin a cell can be read as above throughout the file. Between white space a quoted cell holds none of it.

    Args:
        text: of the file.
        mark: the delimiter, or ``WHITESPACE``.
        shape: the length of the rows.
        quotes: ``False``: all quotes are letters; ``True``: they are not, between tabs neither.

    Raises:
        ValueError: a row has another number of fields than it must have, a quote is not closed, a cell goes on behind
            the one that closes it, or has white space before the one that opens it; names file and line.

    """
    if mark == WHITESPACE:
        lines = [re.sub(r"[ \t]+", "\t", line.strip(" \t")) for line in same_line_ends(text).split("\n")]
        return _unquoted(_plain("\n".join(lines), "\t", shape, called=WHITESPACE), shape)
    if '"' not in text or quotes is False:
        return _plain(text, mark, shape)
    if mark != "\t" or quotes:
        return _quoted(text, mark, shape)
    return _tabbed(text, shape)


def _plain(text: str, mark: str, shape: Shape, *, called: str = "") -> Cells:
    """Every line is a row. Delimiters are counted as bytes, which is much faster than to make cells of them."""
    text = same_line_ends(text)
    line, at = 1, 0
    while _is_blank(record := text[at : _end(text, at)], mark) and at < len(text):
        line, at = line + 1, at + len(record) + 1
    first, begins = record.split(mark), line
    width = shape.width or len(first)
    if len(first) != width:
        raise shape.misfit(line, line, first, width, called or mark)
    if shape.header:
        line, at = line + 1, at + len(record) + 1
    data = text[at:].removesuffix("\n").encode()
    letters = np.frombuffer(data, dtype=np.uint8)
    ends = np.append(np.flatnonzero(letters == ord("\n")), len(letters))
    starts = np.append(0, ends[:-1] + 1)
    counts = np.diff(np.searchsorted(np.flatnonzero(letters == ord(mark)), ends), prepend=0)
    odd = counts != width - 1
    if width == 1:  # where a blank line has as many delimiters as any other; it begins like these
        heads = np.append(letters, 0)[starts]
        odd |= (heads <= ord(" ")) | (heads >= 0x80)
    kept = np.ones(len(ends), dtype=bool)
    for i in np.flatnonzero(odd).tolist():
        one = data[starts[i] : ends[i]].decode()
        kept[i] = not _is_blank(one, mark)
        if kept[i] and counts[i] != width - 1:
            raise shape.misfit(line + i, line + i, one.split(mark), width, called or mark)
    if not kept.all():
        data = b"\n".join(one for one, stays in zip(data.split(b"\n"), kept.tolist(), strict=True) if stays)
    lines = (np.flatnonzero(kept) + line).tolist()
    return Cells(
        first,
        begins,
        lines,
        lambda: [one.split(mark) for one in data.decode().split("\n")] if lines else [],
        plain=(data, mark),
    )


def _quoted(text: str, mark: str, shape: Shape) -> Cells:
    if _has_blanks_before_quotes(text, mark) and (fault := _fault(text, mark)):
        raise ValueError(f"{shape.name}:{fault}")
    first: list[str] = []
    rows, lines, ends = list[list[str]](), list[int](), list[int]()
    width, end, begins = shape.width or 0, 0, 1
    written = cache(lambda: same_line_ends(text).split("\n"))  # an empty cell in quotes is no blank line
    with _cells_of_any_length():
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=mark, strict=True)
        try:
            for row in reader:
                line, end = end + 1, reader.line_num
                if len(row) != width:
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
    if not any(f'{blank}"' in text for blank in _BLANKS):
        return False
    return any(re.search(f'{begin}[{_BLANKS}]+"', text) for begin in ("^", "\n", "\r", re.escape(mark)))


def _tabbed(text: str, shape: Shape) -> Cells:
    """Spreadsheets quote between tabs, collections of sentences do not; which it is, the whole file must show."""
    opening = re.search(rf'(?:^|[\r\n]|\t)[{_BLANKS}]*"', text)
    if not opening:
        return _plain(text, "\t", shape)
    letters = quoted = misfit = fault = None
    try:
        letters = _plain(text, "\t", shape)
    except ValueError as error:
        misfit = error
    try:
        quoted = _quoted(text, "\t", shape)
    except ValueError as error:
        fault = error
    if letters is None and quoted is None:
        raise ValueError(f"{fault}; if quotes are letters, {misfit}") from misfit
    if quoted is None and letters is not None:
        line = _line(text, opening.end())
        note = (
            f"quotes in {shape.name} are letters: not all that begin a cell, as in line {line}, are closed at its end"
        )
        return replace(letters, notes=(note,))
    if quoted is not None and letters is not None and len(letters.lines) != len(quoted.lines):
        pairs = zip(letters.lines, quoted.lines, strict=False)
        line = next((b - 1 for a, b in pairs if a != b), quoted.lines[-1] if quoted.lines else quoted.begins)
        raise ValueError(
            f"{shape.name}:{line}: quotes must either all be letters or all enclose cells, but here both can be meant: "
            f"rows of one line each, or one row of several; take the quote that begins a cell away, or save as CSV"
        )
    return quoted  # pyright: ignore[reportReturnType]


def _unquoted(cells: Cells, shape: Shape) -> Cells:
    """Between white space: quotes taken off that enclose a whole cell."""
    if '"' not in (cells.plain or (b"", ""))[0].decode() and not any('"' in cell for cell in cells.first):
        return cells

    def inner(cell: str, line: int) -> str:
        if not cell.startswith('"'):
            return cell
        if not re.fullmatch(r'"(?:[^"]|"")*"', cell):
            raise ValueError(
                f"{shape.name}:{line}: a quote between white space must enclose a cell without white space, got "
                f"{cell[:40]!r}; separate the cells by tabs or commas"
            )
        return cell[1:-1].replace('""', '"')

    first = [inner(cell, cells.begins) for cell in cells.first]
    rows = [[inner(cell, line) for cell in row] for row, line in zip(cells.rows, cells.lines, strict=True)]
    return Cells(first, cells.begins, cells.lines, lambda: rows)


def _fault(text: str, mark: str) -> str | None:
    """Line and words of the first thing that RFC 4180 does not allow; what the csv module finds, it cannot place."""
    quoted, bare = re.compile(r'"(?:[^"]++|"")*+"'), re.compile(rf"[^{re.escape(mark)}\r\n]*+")
    at = 0
    while at < len(text):
        if text[at] == '"':
            closed = quoted.match(text, at)
            opened = _line(text, at)
            if closed is None:
                return f"{opened}: a quote opens a cell here and is never closed"
            rest = bare.match(text, closed.end())
            if rest and rest.group():
                return (
                    f"{opened}: a quote opens a cell here that goes on behind the one that closes it, in line "
                    f"{_line(text, closed.end())}, with {rest.group()[:20]!r}; a quote within a quoted cell must be "
                    "doubled"
                )
            at = closed.end()
        else:
            cell = bare.match(text, at)
            letters = cell.group() if cell else ""
            if letters.lstrip(_BLANKS).startswith('"'):
                return (
                    f"{_line(text, at)}: a quote that opens a cell must be its first character, got {letters[:20]!r}; "
                    "take the white space before it away"
                )
            at += len(letters)
        at += 1
    return None


def _spans(lines: list[int], ends: list[int], name: str) -> tuple[str, ...]:
    several = [(end - line, line, end) for line, end in zip(lines, ends, strict=True) if end > line]
    if not several:
        return ()
    _, line, end = max(several, key=lambda span: span[0])
    return (f"{name} has rows of several lines: {len(several)}, the longest from line {line} to {end}",)


def _fields(number: int) -> str:
    return f"{number} field" + ("" if number == 1 else "s")


def _is_blank(line: str, mark: str) -> bool:
    return not line.strip() and mark not in line


def _end(text: str, at: int) -> int:
    return len(text) if (found := text.find("\n", at)) < 0 else found


def _line(text: str, at: int) -> int:
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
