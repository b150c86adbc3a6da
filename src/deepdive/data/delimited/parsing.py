"""From text to rows of cells: as RFC 4180 has it, each row as long as the first one, or an error with its line."""

import re
from dataclasses import replace

import numpy as np

from deepdive.data.delimited.cells import BLANKS, Cells, Plain, Shape, is_blank
from deepdive.data.delimited.encoding import same_line_ends
from deepdive.data.delimited.marks import WHITESPACE
from deepdive.data.delimited.quoted import line_of, read_quoted


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
        return read_quoted(text, mark, shape)
    return _tabbed(text, shape)


def _plain(text: str, mark: str, shape: Shape, *, called: str = "") -> Cells:
    """Every line is a row. Delimiters are counted as bytes, which is much faster than to make cells of them."""
    text = same_line_ends(text)
    line, at = 1, 0
    while is_blank(record := text[at : _end(text, at)], mark) and at < len(text):
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
        kept[i] = not is_blank(one, mark)
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
        plain=Plain(data, mark),
    )


def _tabbed(text: str, shape: Shape) -> Cells:
    """Spreadsheets quote between tabs, collections of sentences do not; which it is, the whole file must show."""
    opening = re.search(rf'(?:^|[\r\n\t])[{BLANKS.replace(chr(9), "")}]*"', text)
    if not opening:
        return _plain(text, "\t", shape)
    letters = quoted = misfit = fault = None
    try:
        letters = _plain(text, "\t", shape)
    except ValueError as error:
        misfit = error
    try:
        quoted = read_quoted(text, "\t", shape)
    except ValueError as error:
        fault = error
    if letters is None and quoted is None:
        raise ValueError(f"{fault}; if quotes are letters, {misfit}") from misfit
    if quoted is None and letters is not None:
        line = line_of(text, opening.end())
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
    if (cells.plain is None or b'"' not in cells.plain.data) and not any('"' in cell for cell in cells.first):
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


def _end(text: str, at: int) -> int:
    return len(text) if (found := text.find("\n", at)) < 0 else found
