"""Which columns of a file hold texts and their classes, where nobody says it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepdive.data.delimited import read_delimited
from deepdive.data.parts import listed, part_column
from deepdive.data.sentences.reading import LabelledTexts, read_columns
from deepdive.names import suggestion

TEXT_NAMES = (
    "text texts review reviews sentence sentences comment content message body tweet document utterance query question "
    "description abstract headline title post"
).split()
"""What a column of texts is called, the likeliest name first."""
LABEL_NAMES = (
    "label labels class classes category categories sentiment target y polarity topic intent stars rating genre "
    "language emotion spam type tag"
).split()
"""What a column of classes is called."""


@dataclass(frozen=True)
class TextColumns:
    """Where in a file texts and classes stand."""

    text: str
    label: str
    names: tuple[str, ...] | None
    """Those of all columns, ``1``, ``2``, ..., of a file without a header; ``None`` where it has one."""

    def described(self) -> str:
        """In words."""
        header = "" if self.names is None else ", and the first row is no header"
        return f"texts are in column {self.text!r}, classes in column {self.label!r}{header}"


def read_labelled(
    path: Path | str,
    *,
    text: str | None = None,
    label: str | None = None,
    header: bool | None = None,
    delimiter: str | None = None,
    note: Callable[[str], object] | None = None,
) -> LabelledTexts:
    """Texts and their classes from a delimited file of any columns, see `find_columns`; ``note`` is told which.

    Rows with an empty text are left out; ``note`` is told how many.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: as `find_columns` and `read_columns`.
    """
    found = find_columns(path, text=text, label=label, header=header, delimiter=delimiter)
    if note and (text is None or label is None):
        note(f"{Path(path).name}: {found.described()}")
    how = {"columns": found.names, "delimiter": delimiter, "note": note}
    return read_columns(path, text=found.text, label=found.label, skip_empty=True, **how)


def find_columns(
    path: Path | str,
    *,
    text: str | None = None,
    label: str | None = None,
    header: bool | None = None,
    delimiter: str | None = None,
) -> TextColumns:
    """The columns of texts and classes: those that are named, else by their usual names, else by what they hold.

    Without a header columns are called by their numbers, from 1. Whether the first row is one is seen by its names,
    or else by the class in it: a header's is that of no other row. Texts are then the column of the longest cells, and
    classes the only other one that has few different ones.

    Args:
        path: the file.
        text: the column of the texts.
        label: the column of the classes.
        header: whether the first row is one; ``None``: it is looked at.
        delimiter: as `read_delimited` takes it.

    Raises:
        ValueError: a column is not there, or which holds the classes cannot be told; names those there are.
    """
    read = read_delimited(path, header=False, delimiter=delimiter)
    rows = [[cell.strip() for cell in row] for row in read.rows]
    first = rows[0]
    if header is None:
        header = _is_header(rows, text, label)
    names = first if header else [str(place + 1) for place in range(len(first))]
    rows = rows[1:] if header else rows
    for what, name in (("text", text), ("label", label)):
        if name is not None and name not in names:
            without = "" if header else " (it has no header, so that columns have numbers)"
            raise ValueError(f"{path} has no column {name!r} for the {what}{without}{suggestion(name, names)}")
    columns = {name: [row[place] for row in rows] for place, name in enumerate(names)}
    if label is None and header:
        label = _usual([name for name in names if name != text], LABEL_NAMES)
    if text is None:
        others = [name for name in names if name != label]
        text = (_usual(others, TEXT_NAMES) if header else None) or _longest({name: columns[name] for name in others})
    if text is None:
        raise ValueError(f"{path} must have a column of texts and one of classes, got only {listed(names)}")
    label = label or _classes(path, {name: cells for name, cells in columns.items() if name != text})
    return TextColumns(text, label, None if header else tuple(names))


def find_text(path: Path | str, *, text: str | None, label: str | None, delimiter: str | None = None) -> list[str]:
    """The texts of a file that may lack classes: its column ``text``, its only one, or the one that looks like texts.

    Of one with classes it is that of `find_columns`; the first row of another is a header by its names alone.

    Raises:
        ValueError: it cannot be read, or a text is empty; names file and line.
    """
    try:
        known = find_columns(path, text=text, label=label, delimiter=delimiter)
    except ValueError:
        known = None
    if known is not None:
        content = read_columns(path, text=known.text, label=None, columns=known.names, delimiter=delimiter)
        return list(content.texts)
    read = read_delimited(path, header=False, delimiter=delimiter)
    rows = [[cell.strip() for cell in row] for row in read.rows]
    names = {name.casefold() for name in rows[0]}
    wanted = {name for name in (text, label) if name} | ({*TEXT_NAMES, *LABEL_NAMES} if text is None else set())
    header = bool(names & {name.casefold() for name in wanted})
    columns = rows[0] if header else [str(place + 1) for place in range(len(rows[0]))]
    found = text if text in columns else None
    if found is None:
        others = {name: [row[i] for row in rows[header:]] for i, name in enumerate(columns) if name != label}
        found = (_usual([*others], TEXT_NAMES) if header else None) or _longest(others)
    if found is None:
        raise ValueError(f"{path} must have a column of texts, got only {listed(columns)}")
    content = read_columns(path, text=found, label=None, columns=None if header else columns, delimiter=delimiter)
    return list(content.texts)


def _is_header(rows: Sequence[Sequence[str]], text: str | None, label: str | None) -> bool:
    first, rest = rows[0], rows[1:]
    given = [name for name in (text, label) if name is not None]
    if given and (all(name in first for name in given) or not all(name.isdecimal() for name in given)):
        return True
    if any(name.casefold() in {*TEXT_NAMES, *LABEL_NAMES} for name in first):
        return True
    columns = {str(place + 1): [row[place] for row in rest] for place in range(len(first))}
    longest = text or _longest({name: cells for name, cells in columns.items() if name != label})
    few = [label] if label else [name for name, cells in columns.items() if name != longest and _is_few(cells)]
    return not any(name in columns and first[int(name) - 1] in columns[name] for name in few)


def _usual(names: Sequence[str], usual: Sequence[str]) -> str | None:
    """The likeliest of the names."""
    plain = {name.casefold(): name for name in reversed(names)}
    return next((plain[name] for name in usual if name in plain), None)


def _longest(columns: dict[str, list[str]]) -> str | None:
    return max(columns, key=lambda name: sum(map(len, columns[name])), default=None)


def _classes(path: Path | str, columns: dict[str, list[str]]) -> str:
    told = part_column(columns)
    few = [name for name, cells in columns.items() if _is_few(cells) and not (told and told[0] == name)]
    if len(few) != 1:
        may = f"{listed(few)} may" if few else f"none of {listed(columns)} does" if columns else "there is one column"
        raise ValueError(f"label must name the column of {path} that holds the classes (--label), as {may}")
    return few[0]


def _is_few(cells: Sequence[str]) -> bool:
    """Whether a column may hold classes: each in two rows or more, on the average in five or more of a long one."""
    distinct = len(set(cells))
    return 2 <= distinct <= max(2, min(len(cells) // 2, 3 + len(cells) // 5))
