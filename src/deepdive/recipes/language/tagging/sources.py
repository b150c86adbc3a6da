"""Sentences whose words have tags: from a data set, a file or a folder."""

import re
from collections.abc import Sequence
from pathlib import Path

from deepdive.data import fetch
from deepdive.data.progress import Report
from deepdive.data.tagging import TaggedSentence, TaggingSplits, read_conll
from deepdive.recipes.given.texts import lines_of
from deepdive.recipes.language.parts import own_data, read_parts, split_rows, tell

_NAMED = {"wikiann-en": ("train", "dev", "test")}
"""Data sets of tagged sentences, and their files for training, validation and test."""
TAKEN = (
    "texts; files with one sentence per line, or with a word and its tag per line (CoNLL), whose tags do not count; a "
    "folder stands for all files below it"
)
"""What is tagged by a trained network."""
_SNIFFED_LINES = 20
_TAGGED = r"[^ \t]+(?:[ \t].*)?[ \t](?:O|[BI]-\S+)[ \t]*"


def read_splits(data: str, report: Report | None = None) -> TaggingSplits:
    """Sentences for training, validation and test; of a single file a tenth each becomes the last two.

    Raises:
        FileNotFoundError: no data set, file or folder has this name.
        ValueError: the data set holds no tagged sentences, a folder lacks a file for training, or a file is not as it
            must be; names file and line.
    """
    path = own_data(data, _NAMED, "a file or folder of tagged sentences")
    if path is None:
        files = fetch(data, report=report)
        return TaggingSplits(*(read_conll(files[name]) for name in _NAMED[data]))
    if path.is_dir():
        return TaggingSplits(**read_parts(path, _read, "sentences", keys=_words))
    sentences = _read(path)
    return TaggingSplits(*([sentences[i] for i in rows.tolist()] for rows in split_rows(len(sentences))))


def read_texts(path: Path) -> list[str]:
    """The sentences to be tagged: of a file of words with their tags, as in training, or one per line of any other.

    It is of the first kind where most of its first lines end in a tag behind a word.

    Raises:
        ValueError: the file is no text, or lines are not as the first; names file and line.
    """
    lines = lines_of(path)
    tagged = [re.fullmatch(_TAGGED, line) is not None for line in lines[:_SNIFFED_LINES]]
    if 2 * sum(tagged) > len(tagged) and (len(lines) > 1 or "\t" in lines[0]):  # one may well end in "vitamin B-12"
        return [" ".join(words) for words, _ in read_conll(path)]
    return lines


def _read(path: Path) -> list[TaggedSentence]:
    return read_conll(path, note=lambda note: tell((note,)))


def _words(sentences: Sequence[TaggedSentence]) -> list[tuple[str, ...]]:
    return [tuple(words) for words, _ in sentences]
