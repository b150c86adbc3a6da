"""Texts, or pairs of them, with a class or a number, from files."""

import csv
import difflib
import io
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deepdive.data.parts import Part, part_column
from deepdive.data.text.reading import read_text


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
    texts, labels = [], []
    for number, line in _lines(path):
        text, tab, label = line.rpartition("\t")
        if not tab or not text.strip() or label.strip() not in ("0", "1"):
            raise ValueError(f"{path}, line {number}: {line[:60]!r} is not a sentence, a tab and 0 or 1")
        texts.append(text.strip())
        labels.append(names[int(label)])
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
        separator="\t",
    )


def read_columns(
    path: Path,
    *,
    text: str = "text",
    second: str | None = None,
    label: str | None = "label",
    score: str | None = None,
    separator: str | None = None,
) -> LabelledTexts:
    """Columns of a table with a header: comma-separated, or tab-separated where the name ends in ``tsv`` or ``txt``.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: the file is empty, a column is missing (names the nearest), a row is short, a text or class is
            empty, or a score is no finite number; names file and row.
    """
    path = Path(path).expanduser()
    content = read_text(path)
    separator = separator or ("\t" if path.suffix in (".tsv", ".txt") else ",")
    # Tab-separated tables of sentences have quotation marks in the middle of things.
    quoting = csv.QUOTE_NONE if separator == "\t" else csv.QUOTE_MINIMAL
    rows = csv.reader(io.StringIO(content, newline=""), delimiter=separator, quoting=quoting)
    header = [name.strip() for name in next(rows)]
    wanted = {"text": text, "second": second, "label": label, "score": score}
    places = {what: _place(path, header, name, what) for what, name in wanted.items() if name is not None}
    found: dict[str, list[str]] = {what: [] for what in places}
    spare: dict[int, list[str]] = {i: [] for i in range(len(header)) if i not in places.values()}
    for number, row in enumerate(rows, start=2):
        if not row or not any(cell.strip() for cell in row):
            continue
        if len(row) <= max(places.values()):
            raise ValueError(f"{path}, row {number} has {len(row)} columns, but the header has {len(header)}")
        for what, place in places.items():
            cell = row[place].strip()
            if not cell:
                raise ValueError(f"{path}, row {number}: column {header[place]!r} is empty")
            found[what].append(cell)
        for place, cells in spare.items():
            cells.append(row[place].strip() if place < len(row) else "")
    if not found["text"]:
        raise ValueError(f"{path} has a header, but no rows")
    scores = [_number(path, i, cell) for i, cell in enumerate(found["score"], start=2)] if score else None
    try:
        told = part_column({header[place]: cells for place, cells in spare.items()})
    except ValueError as error:
        raise ValueError(f"{path}: {error}") from error
    return LabelledTexts(found["text"], found.get("second"), found.get("label"), scores, told and told[1])


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    for number, line in enumerate(read_text(path).split("\n"), start=1):
        if line.strip():
            yield number, line


def _place(path: Path, header: Sequence[str], name: str, what: str) -> int:
    if name in header:
        return header.index(name)
    near = difflib.get_close_matches(name, header, n=1, cutoff=0.5)
    hint = f" (nearest: {near[0]!r})" if near else ""
    raise ValueError(f"{path} has no column {name!r} for the {what}{hint}; it has {', '.join(map(repr, header))}")


def _number(path: Path, row: int, cell: str) -> float:
    try:
        value = float(cell)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise ValueError(f"{path}, row {row}: the score {cell!r} is no finite number")
    return value
