"""Labelled texts, or pairs of them: from a data set, a file or a folder."""

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import torch

from deepdive.data import fetch
from deepdive.data.delimited import PACKED, SNIFFED, is_delimited, suffix_of
from deepdive.data.parts import PARTS, part_files, shared_note
from deepdive.data.progress import Report
from deepdive.data.sentences import LabelledTexts, SentenceSplits, read_columns, read_sick, read_sst2
from deepdive.data.splits import hold_out, stratified_split
from deepdive.recipes.given.texts import lines_of
from deepdive.recipes.language.bert.recipes import BertClassifySettings
from deepdive.recipes.language.parts import TENTH, own_data, read_parts, tell

_NAMED = {
    "sst2": (read_sst2, ("train.tsv", "dev.tsv", "test.tsv")),
    "sick": (read_sick, ("SICK_train.txt", "SICK_trial.txt", "SICK_test_annotated.txt")),
}
"""Data sets of labelled texts: how a file is read, and those for training, validation and test."""
BETWEEN = "|||"
"""Stands between the two texts of a pair on the command line; a tab does, too."""


def read_sentences(settings: BertClassifySettings, report: Report | None = None) -> SentenceSplits:
    """Texts for training, validation and test; of a single file a tenth each becomes the last two.

    Raises:
        FileNotFoundError: no data set, file or folder has this name.
        ValueError: the data set holds no labelled texts, or the file is not as it must be; names file and row.
    """
    path = own_data(settings.data, _NAMED, "a file or folder of labelled texts")
    if path is None:
        return read_named_texts(settings.data, report)
    if settings.label_column is None and settings.score_column is None:
        raise ValueError("label_column and score_column are both None; there must be something to learn")
    read = partial(
        read_columns,
        text=settings.text_column,
        second=settings.second_column,
        label=settings.label_column,
        score=settings.score_column,
        skip_empty=True,
        note=lambda note: tell((note,)),
    )
    return SentenceSplits(**read_parts(path, read, "texts", keys=keys_of)) if path.is_dir() else split_texts(read(path))


def read_named_texts(data: str, report: Report | None = None) -> SentenceSplits:
    """The texts of a data set, as it is divided."""
    read, names = _NAMED[data]
    files = fetch(data, report=report)
    return SentenceSplits(*(read(files[name]) for name in names))


def keys_of(texts: LabelledTexts) -> list[tuple[str, str]]:
    """What tells two texts apart, or two pairs."""
    return [*zip(texts.texts, texts.seconds or texts.texts, strict=True)]


def split_texts(texts: LabelledTexts) -> SentenceSplits:
    """By a column of the file that tells the part, or at random, of every class as many."""
    if texts.parts is None:
        rest, test = _held_out(texts, "test")
        return SentenceSplits(*_held_out(rest, "validation"), test)
    parts = {part: texts.rows([i for i, each in enumerate(texts.parts) if each == part]) for part in PARTS}
    counts = ", ".join(f"{len(some)} {part}" for part, some in parts.items() if len(some))
    notes = shared_note({str(part): keys_of(some) for part, some in parts.items()}, "texts")
    tell((f"parts of the texts by a column of the file: {counts}", *notes))
    return SentenceSplits(**parts)


def hold_out_validation(splits: SentenceSplits) -> SentenceSplits:
    """The same with a tenth of the training texts to validate on, where there are none."""
    return splits if len(splits.val) else SentenceSplits(*_held_out(splits.train, "validation"), splits.test)


def _held_out(texts: LabelledTexts, name: str) -> tuple[LabelledTexts, LabelledTexts]:
    if texts.labels is None:
        rest, held = hold_out(len(texts), TENTH, name=name)
    else:
        number = {label: i for i, label in enumerate(sorted(set(texts.labels)))}
        rest, held = stratified_split(torch.tensor([number[label] for label in texts.labels]), TENTH, name=name)
    return texts.rows(rest.tolist()), texts.rows(held.tolist())


def texts_in_file(path: Path, settings: BertClassifySettings) -> list[str]:
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


def _has_header(path: Path, settings: BertClassifySettings) -> bool:
    """Whether the first line has at least two of the columns that the run learnt from, that of the texts among them."""
    first = next(iter(lines_of(path)), "")
    cells = {cell.strip().strip('"') for mark in SNIFFED for cell in first.split(mark)}
    wanted = (settings.second_column, settings.label_column, settings.score_column)
    return settings.text_column in cells and any(name in cells for name in wanted if name)


def split_pairs(texts: Sequence[str]) -> tuple[list[str], list[str]]:
    """The first and the second text of pairs, as they are typed: with ``|||`` or a tab in between.

    Raises:
        ValueError: one is no pair.
    """
    found = [text.split("\t" if "\t" in text else BETWEEN) for text in texts]
    for text, parts in zip(texts, found, strict=True):
        if len(parts) != 2 or not all(part.strip() for part in parts):
            raise ValueError(f"{text[:60]!r} is no pair of texts; write {BETWEEN} or a tab between two")
    return [parts[0].strip() for parts in found], [parts[1].strip() for parts in found]
