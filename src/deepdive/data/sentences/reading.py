"""Texts, or pairs of them, with a class or a number, from files."""

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepdive.data.delimited import read_delimited
from deepdive.data.parts import Part, part_column
from deepdive.names import suggestion

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?", re.ASCII)
"""float() would also read 1_000 and digits of other scripts."""


@dataclass(frozen=True)
class LabelledTexts:
    """Texts and what is to be said of them; what is not there is ``None``."""

    texts: Sequence[str]
    seconds: Sequence[str] | None = None
    """The other text of each pair."""
    labels: Sequence[str] | None = None
    """Names of classes."""
    scores: Sequence[float] | None = None
    parts: Sequence[Part] | None = None
    """Which part each text is of, where a column of the file tells it."""

    def __len__(self) -> int:
        """How many there are."""
        return len(self.texts)

    def rows(self, rows: Sequence[int]) -> "LabelledTexts":
        """Some of them."""

        def some(values: Sequence[Any] | None) -> list[Any] | None:
            return None if values is None else [values[i] for i in rows]

        fields = (some(each) for each in (self.seconds, self.labels, self.scores, self.parts))
        return LabelledTexts([self.texts[i] for i in rows], *fields)


@dataclass(frozen=True)
class SentenceSplits:
    """Texts to learn from, to choose the best epoch by, and to test on."""

    train: LabelledTexts
    val: LabelledTexts = field(default_factory=lambda: LabelledTexts([]))
    test: LabelledTexts = field(default_factory=lambda: LabelledTexts([]))


def read_sst2(path: Path, names: Sequence[str] = ("negative", "positive")) -> LabelledTexts:
    """Lines of a sentence, a tab and 0 or 1.

    Raises:
        ValueError: a line is of another form; names file and line.
    """
    read = read_delimited(path, delimiter="tab", header=False, quotes=False)
    texts, labels = [], []
    for i, row in enumerate(read.rows):
        if len(row) != 2 or not row[0].strip() or row[1].strip() not in ("0", "1"):
            raise ValueError(f"{read.where(i)}: a line must be a sentence, a tab and 0 or 1, got {row!r:.80}")
        texts.append(row[0].strip())
        labels.append(names[int(row[1].strip())])
    return LabelledTexts(texts, labels=labels)


def read_sick(path: Path) -> LabelledTexts:
    """The tab-separated table of SICK: pairs, how related they are (1 to 5), and whether one follows.

    Raises:
        ValueError: see `read_columns`.
    """
    return read_columns(
        path,
        text="sentence_A",
        second="sentence_B",
        label="entailment_judgment",
        score="relatedness_score",
        delimiter="tab",
        quotes=False,
    )


def read_columns(
    path: Path | str,
    *,
    text: str = "text",
    second: str | None = None,
    label: str | None = "label",
    score: str | None = None,
    columns: Sequence[str] | None = None,
    delimiter: str | None = None,
    quotes: bool | None = None,
    skip_empty: bool = False,
    note: Callable[[str], object] | None = None,
) -> LabelledTexts:
    """Columns of a delimited file with a header, see `read_delimited`; rows with nothing in any column are passed over.

    Args:
        path: the file.
        text: the column of the texts.
        second: the column of the other text of each pair.
        label: the column of the classes.
        score: the column of the numbers.
        columns: the names of the columns of a file that has no header.
        delimiter: by suffix and header if not given.
        quotes: ``False`` where quotes are letters like any other.
        skip_empty: whether rows with an empty text are left out, rather than refused.
        note: is told what was taken for the delimiter, and how many rows are left out.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file cannot be read (see `read_delimited`), a column is missing (names the nearest), a text or
            class is empty, or a score is no finite number; names file and line.
    """
    read = read_delimited(path, columns=columns, delimiter=delimiter, quotes=quotes)
    for each in read.notes if note else ():
        note(each)  # pyright: ignore[reportOptionalCall]
    wanted = {"text": text, "second": second, "label": label, "score": score}
    places = {what: _place(read.name, read.columns, name, what) for what, name in wanted.items() if name is not None}
    found: dict[str, list[Any]] = {what: [] for what in places}
    spare: dict[int, list[str]] = {i: [] for i in range(len(read.columns)) if i not in places.values()}
    empty: list[int] = []
    for i, row in enumerate(read.rows):
        if not any(cell.strip() for cell in row):
            continue
        if skip_empty and not all(row[places[what]].strip() for what in ("text", "second") if what in places):
            empty.append(i)
            continue
        for what, place in places.items():
            cell = row[place].strip()
            if not cell:
                raise ValueError(f"{read.where(i)}: column {read.columns[place]!r} must not be empty")
            found[what].append(_number(read.where(i), cell) if what == "score" else cell)
        for place, cells in spare.items():
            cells.append(row[place].strip())
    if empty and note:
        note(left_out_note(len(empty), read.where(empty[0])))
    if not found["text"]:
        raise ValueError(f"{read.name} has a header, but no rows that are not empty")
    try:
        told = part_column({read.columns[place]: cells for place, cells in spare.items()})
    except ValueError as error:
        raise ValueError(f"{read.name}: {error}") from error
    return LabelledTexts(found["text"], found.get("second"), found.get("label"), found.get("score"), told and told[1])


def left_out_note(count: int, first: str) -> str:
    """That empty texts are left out, and where the first one is."""
    said = "one text is empty and left out" if count == 1 else f"{count:,} texts are empty and left out, the first"
    return f"{said}: {first}"


def _place(path: str, header: Sequence[str], name: str, what: str) -> int:
    if name in header:
        return header.index(name)
    raise ValueError(f"{path} has no column {name!r} for the {what}{suggestion(name, header)}")


def _number(where: str, cell: str) -> float:
    value = float(cell) if _NUMBER.fullmatch(cell) else math.nan
    if not math.isfinite(value):
        raise ValueError(f"{where}: the score must be a finite number as 1234.5, got {cell!r}")
    return value
