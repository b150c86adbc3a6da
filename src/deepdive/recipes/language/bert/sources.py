"""Labelled texts that settings speak of."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

import torch

from deepdive.data import fetch
from deepdive.data.delimited import PACKED, SNIFFED, is_delimited, suffix_of
from deepdive.data.parts import PARTS, part_files, shared_note
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS
from deepdive.data.sentences import LabelledTexts, SentenceSplits, read_columns, read_sick, read_sst2
from deepdive.data.splits import hold_out, stratified_split
from deepdive.recipes.experiments.inputs import lines_of
from deepdive.recipes.language.bert.settings import SentenceSettings
from deepdive.recipes.language.parts import tell

_NAMED = {
    "sst2": (read_sst2, ("train.tsv", "dev.tsv", "test.tsv")),
    "sick": (read_sick, ("SICK_train.txt", "SICK_trial.txt", "SICK_test_annotated.txt")),
}
"""Data sets of labelled texts: how a file is read, and those to learn from, to validate on and to test on."""
_SHARE = 0.1
BETWEEN = "|||"
"""Stands between the two texts of a pair on the command line; a tab does, too."""


def read_sentences(settings: SentenceSettings, report: Report | None = None) -> SentenceSplits:
    """Texts to learn from, to validate on and to test on; of a file a tenth each is held out.

    Raises:
        FileNotFoundError: no data set or file has this name.
        ValueError: the data set holds no labelled texts, or the file is not as it must be; names file and row.
    """
    data = settings.data
    if data in _NAMED:
        read, names = _NAMED[data]
        files = fetch(data, report=report)
        return SentenceSplits(*(read(files[name]) for name in names))
    if data in DATASETS:
        raise ValueError(f"data is {data!r}, whose texts have no labels; these have: {', '.join(_NAMED)}, or a file")
    if settings.label_column is None and settings.score_column is None:
        raise ValueError("label_column and score_column are both None; there must be something to learn")
    read = partial(
        read_columns,
        text=settings.text_column,
        second=settings.second_column,
        label=settings.label_column,
        score=settings.score_column,
        note=lambda note: tell((note,)),
    )
    if Path(data).is_dir():
        files, notes = part_files(Path(data))
        splits = SentenceSplits(**{part: read(file) for part, file in files.items()})
        tell((*notes, *_shared(splits)))
        return splits
    if not Path(data).is_file():
        raise FileNotFoundError(f"data is {data!r}; there is no data set, file or folder of that name")
    return _split(read(Path(data)))


def _shared(splits: SentenceSplits) -> Iterator[str]:
    parts = {"train": splits.train, "val": splits.val, "test": splits.test}
    pairs = {part: [*zip(some.texts, some.seconds or some.texts, strict=True)] for part, some in parts.items()}
    return shared_note(pairs, "texts")


def texts_in_file(path: Path, settings: SentenceSettings) -> list[str]:
    """The texts of a file to be asked about, those of a pair with a tab in between.

    A .csv, .tsv or .tab file, any with the suffix of those that the run learnt from, and any whose first line names the
    columns learnt from is a table as these; classes and scores may be missing. Any other file has one text per line.

    Raises:
        ValueError: it is no such file; names file and line.
    """
    suffix = suffix_of(path.name)
    learnt = _suffixes(settings.data)
    if not (is_delimited(path.name) or suffix in learnt or _is_packed(path) or _has_header(path, settings)):
        return lines_of(path)
    if settings.data in _NAMED and suffix in learnt:
        found = _NAMED[settings.data][0](path)
    else:
        found = read_columns(path, text=settings.text_column, second=settings.second_column, label=None)
    columns = [found.texts] if found.seconds is None else [found.texts, found.seconds]
    return ["\t".join(" ".join(cell.split()) for cell in row) for row in zip(*columns, strict=True)]


def _suffixes(data: str) -> set[str]:
    """Those of the files that a run learnt from; none where they cannot be told, as of a folder that is gone."""
    if data in _NAMED:
        return {suffix_of(name) for name in _NAMED[data][1]}
    path = Path(data)
    names = [file.name for file in part_files(path)[0].values()] if path.is_dir() else [path.name]
    return {suffix_of(name) for name in names if suffix_of(name)}


def _is_packed(path: Path) -> bool:
    return path.suffix.lower() in PACKED


def _has_header(path: Path, settings: SentenceSettings) -> bool:
    """Whether the first line has at least two of the columns that the run learnt from, that of the texts among them."""
    first = next(iter(lines_of(path)), "")
    cells = {cell.strip().strip('"') for mark in SNIFFED for cell in first.split(mark)}
    wanted = (settings.second_column, settings.label_column, settings.score_column)
    return settings.text_column in cells and any(name in cells for name in wanted if name)


def _split(texts: LabelledTexts) -> SentenceSplits:
    if texts.parts is not None:
        rows = {part: [i for i, each in enumerate(texts.parts) if each == part] for part in PARTS}
        splits = SentenceSplits(**{part: texts.rows(some) for part, some in rows.items()})
        counts = ", ".join(f"{len(some)} {part}" for part, some in rows.items() if some)
        tell((f"parts of the texts by a column of the file: {counts}", *_shared(splits)))
        return splits
    rest, test = _held_out(texts, "test")
    kept, val = _held_out(rest, "validation")
    return SentenceSplits(kept, val, test)


def _held_out(texts: LabelledTexts, name: str) -> tuple[LabelledTexts, LabelledTexts]:
    if texts.labels is None:
        rest, held = hold_out(len(texts), _SHARE, name=name)
    else:
        number = {label: i for i, label in enumerate(sorted(set(texts.labels)))}
        rest, held = stratified_split(torch.tensor([number[label] for label in texts.labels]), _SHARE, name=name)
    return texts.rows(rest.tolist()), texts.rows(held.tolist())


def divided(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """The first and the second text of pairs, as they are typed: with ``|||`` or a tab in between.

    Raises:
        ValueError: one is no pair.
    """
    found = [text.split("\t" if "\t" in text else BETWEEN) for text in texts]
    for text, parts in zip(texts, found, strict=True):
        if len(parts) != 2 or not all(part.strip() for part in parts):
            raise ValueError(f"{text[:60]!r} is no pair of texts; write {BETWEEN} or a tab between two")
    return [parts[0].strip() for parts in found], [parts[1].strip() for parts in found]
