"""Delimited text files of any kind, as their header and rows of cells, each with its line."""

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepdive.data.delimited.cells import Cells, Shape
from deepdive.data.delimited.encoding import decode
from deepdive.data.delimited.marks import (
    SUFFIXES,
    WHITESPACE,
    candidates,
    given_mark,
    own_mark,
    shown,
    word,
)
from deepdive.data.delimited.packing import unpacked
from deepdive.data.delimited.parsing import parse


class DelimiterError(ValueError):
    """Which delimiter a file has cannot be seen, or is none of those that it is read by."""


@dataclass(frozen=True)
class Delimited:
    """A delimited file that was read."""

    name: str
    """What errors call the file."""
    columns: tuple[str, ...]
    """The names in the header, or those given; none for a file without either."""
    cells: Cells
    """The rows, as they are written."""
    mark: str = ","
    """The delimiter, or ``WHITESPACE``."""
    notes: tuple[str, ...] = ()
    """What was taken for its delimiter, if its name does not say so; where rows are longer than a line; marks of other
    files that were joined to it."""

    @property
    def rows(self) -> Sequence[list[str]]:
        """All rows; white space is not taken off."""
        return self.cells.rows

    def __len__(self) -> int:
        """How many rows there are."""
        return len(self.cells.lines)

    def where(self, row: int) -> str:
        """``FILE:LINE`` of a row, counted from 0."""
        return f"{self.name}:{self.cells.lines[row]}"


def read_delimited(
    path: Path | str,
    *,
    delimiter: str | None = None,
    columns: Sequence[str] | None = None,
    header: bool = True,
    quotes: bool | None = None,
    whitespace: bool = False,
    member: str | None = None,
    suffixes: Collection[str] = tuple(SUFFIXES),
) -> Delimited:
    r"""The rows of a delimited text file in UTF-8, or UTF-16 with its mark; it may be compressed: .gz, .bz2, .xz, .zip.

    The delimiter is the one of comma, semicolon, tab and bar that the header has outside of quotes. If it has several,
    it is that which the suffix stands for, else the only one by which every row has as many fields as the header; two
    that fit are refused. If it has none, white space separates (``.dat``; where ``whitespace`` is set, ``.txt`` too) or
    there is one column. A note tells where that is not what the suffix stands for. What quotes mean, see `parse`. Blank
    lines are passed over, before the header too.

    Args:
        path: the file.
        delimiter: one character, or its name: comma, semicolon, tab, space, bar, whitespace.
        columns: the names of the columns of a file that has no header.
        header: whether the first row holds names; not if ``columns`` are given.
        quotes: ``False`` where quotes are letters like any other.
        whitespace: whether a file whose name does not say otherwise may be separated by white space.
        member: which file of a .zip; if not given, the only one with one of the ``suffixes``.
        suffixes: of text files in a .zip.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it is empty, damaged, not decodable, has no rows, has names that are empty or double, its delimiter
            is ambiguous, or a row is not as `parse` wants it; names file and line.

    Example:
        >>> import tempfile
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     _ = Path(folder, "a.csv").write_text('size;price\n"2,15"" screen";3,5\n')
        ...     table = read_delimited(Path(folder, "a.csv"))
        >>> table.columns, table.rows
        (('size', 'price'), [['2,15" screen', '3,5']])
        >>> table.notes[0].rpartition("a.csv ")[2]
        'is read as separated by semicolon, as its header has it'

    """
    mark = None if delimiter is None else given_mark(delimiter)
    name, suffix, data = unpacked(path, suffixes, member)
    own = own_mark(name, suffix) if mark is None else mark
    told: list[str] = []
    text = decode(data, name, note=told.append)
    shape = Shape(name, header and columns is None, None if columns is None else len(columns))
    notes = ()
    if mark is None:
        mark, cells = _chosen(text, own, shape, quotes, whitespace=own == WHITESPACE or (whitespace and own is None))
        if mark != own:
            taken = f"separated by {word(mark)}" if len(cells.first) > 1 else "one column"
            notes = (f"{name} is read as {taken}, as its {'header' if shape.header else 'first row'} has it",)
    else:
        cells = parse(text, mark, shape, quotes=quotes)
        if len(cells.first) == 1 and (found := shown(text)):
            raise DelimiterError(
                f"{name}:{cells.begins}: the header must hold the delimiter {word(mark)}, got {word(found[0])} in "
                f"{cells.first[0][:60]!r}"
            )
    names = tuple(columns or ())
    if shape.header:
        names = tuple(cell.strip() for cell in cells.first)
        _check_names(f"{name}:{cells.begins}", names)
    if not cells.lines:
        raise ValueError(f"{name}:{cells.begins}: rows must follow the header, got none")
    return Delimited(name, names, cells, mark, (*told, *notes, *cells.notes))


def _chosen(text: str, own: str | None, shape: Shape, quotes: bool | None, *, whitespace: bool) -> tuple[str, Cells]:
    marks = candidates(text, own, whitespace=whitespace)
    fitting: list[tuple[str, Cells]] = []
    errors: dict[str, ValueError] = {}
    for mark in marks:
        try:
            fitting.append((mark, parse(text, mark, shape, quotes=quotes)))
        except ValueError as error:
            errors[mark] = error
    found = " and ".join(word(mark) for mark, _ in fitting)
    if len(fitting) > 1:
        raise DelimiterError(
            f"{shape.name}:{fitting[0][1].begins}: the header must show which delimiter is meant, got {found}, and "
            "every row fits both; quote the names that hold one of them"
        )
    if own in errors and fitting:
        raise DelimiterError(
            f"{errors[own]}; every row fits {found}: if that is meant, quote the names that hold a {word(own)}"
        ) from errors[own]
    if fitting:
        return fitting[0]
    if whitespace and marks == ["\t"]:  # a tab here and there among spaces
        try:
            return WHITESPACE, parse(text, WHITESPACE, shape)
        except ValueError:
            pass
    raise errors[marks[0]]


def _check_names(name: str, names: tuple[str, ...]) -> None:
    if "" in names:
        at = names.index("") + 1
        mend = "take off the delimiter at the end of every line" if at == len(names) > 1 else "give it one"
        raise ValueError(
            f"{name}: every column must have a name in the header, got none for column {at}; {mend} (an index that a "
            "program wrote without a name is best left out)"
        )
    if len(names) > len(set(names)):
        double, times = Counter(names).most_common(1)[0]
        raise ValueError(f"{name}: names of columns must be unique, got {times} called {double!r}")
