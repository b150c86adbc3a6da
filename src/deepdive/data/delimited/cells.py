"""Rows of cells as they are written in a file, and what they are measured by."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property

from deepdive.data.delimited.marks import SNIFFED, WHITESPACE, word

BLANKS = " \t\xa0\u3000"
"""What looks like nothing before a quote."""


@dataclass(frozen=True)
class Plain:
    """Rows without the header, in UTF-8, with nothing in them that has to be interpreted."""

    data: bytes
    mark: str
    """The one character between the cells of a row, which is in none of them."""
    end: str = "\n"
    """The one character between rows, which is in no cell."""


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
    plain: Plain | None = None
    """The same rows, where the text could be brought into that form."""
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
        elif other := next((each for each in SNIFFED if each != mark and _splits(row, each, width)), None):
            hint = f"; it looks separated by {word(other)}, but all rows of a file must have one delimiter"
        elif len(row) > width and not any(cell.strip() for cell in row[width:]):
            hint = f"; take off the {word(mark)} at its end"
        elif len(row) > width and mark != WHITESPACE:
            hint = f"; a cell that holds a {word(mark)} must be quoted"
        return ValueError(
            f"{self.name}:{line}: row must have {fields(width)} as {rule}, got {len(row)} (separated by "
            f"{word(mark)}){hint}"
        )


def _splits(row: Sequence[str], mark: str, width: int) -> bool:
    """Whether a row that is one cell would have as many as it must with another mark."""
    return len(row) == 1 < width and row[0].count(mark) == width - 1


def fields(number: int) -> str:
    """A number of fields in words."""
    return f"{number} field" + ("" if number == 1 else "s")


def is_blank(line: str, mark: str) -> bool:
    """Whether a line is no row."""
    return not line.strip() and mark not in line
