"""Reading files with one word and its tag per line."""

import re
from collections.abc import Callable
from pathlib import Path

from deepdive.data.text.reading import read_text

TaggedSentence = tuple[list[str], list[str]]
"""The words of a sentence, and a tag for each."""

_TAG = re.compile(r"O|[BI]-\S+")
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z]+)*:")
_DOCUMENT = "-DOCSTART-"


def read_conll(path: Path | str, *, note: Callable[[str], object] | None = None) -> list[TaggedSentence]:
    """The sentences of a file of lines ``word ... tag``, with a blank line between two sentences.

    The word is the first column and the tag the last, ``O``, ``B-type`` or ``I-type``; those between, as in CoNLL-2003,
    are passed over, and so are its ``-DOCSTART-`` lines. Columns are separated by tabs if the first line has one, or
    else by spaces. If all words begin with the same name of a language and a colon, as WikiANN's ``en:`` does, it
    is taken off. ``note`` is told of byte order marks within the file, which are passed over.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: a line has one column, another number of them than the first, no word, or a tag of another form
            (names file and line), there is no sentence, or the file is no text (see
            `deepdive.data.text.reading.read_text`).
    """
    path = Path(path).expanduser()
    lines = read_text(path, note=note).split("\n")
    first = next((line for line in lines if line.strip() and not line.startswith(_DOCUMENT)), "")
    tabs, columns = "\t" in first, 0
    good: set[str] = set()  # Tags that are known to be well-formed.
    sentences: list[TaggedSentence] = []
    words, tags = list[str](), list[str]()
    for number, line in enumerate(lines, start=1):
        if not line.strip() or line.startswith(_DOCUMENT):
            if words:
                sentences.append((words, tags))
                words, tags = [], []
            continue
        # A no-break space and its like are letters of a word.
        parts = line.rstrip(" ").split("\t") if tabs else re.split("[ \t]+", line.strip(" \t"))
        columns = columns or len(parts)
        word, tag = parts[0].strip(" "), parts[-1].strip(" ")
        if len(parts) != columns or len(parts) < 2 or not word or tag not in good:
            _check(f"{path}, line {number}: {line[:60]!r}", parts, columns, word, tag)
            good.add(tag)
        words.append(word)
        tags.append(tag)
    if words:
        sentences.append((words, tags))
    if not sentences:
        raise ValueError(f"{path} holds no sentence; each line must be a word and its tag")
    return _without_language(sentences)


def _check(where: str, parts: list[str], columns: int, word: str, tag: str) -> None:
    if len(parts) < 2:
        raise ValueError(f"{where} has one column; each line must be a word and its tag, separated by a tab or space")
    if len(parts) != columns:
        raise ValueError(f"{where} has {len(parts)} columns, but the first line has {columns}")
    if not word:
        raise ValueError(f"{where} has no word")
    if not _TAG.fullmatch(tag):
        raise ValueError(f"{where} has the tag {tag!r}; it must be O, B-type or I-type")


def _without_language(sentences: list[TaggedSentence]) -> list[TaggedSentence]:
    found = _LANGUAGE.match(sentences[0][0][0])
    prefix = found.group() if found else ""
    if not prefix or not all(word.startswith(prefix) and word != prefix for words, _ in sentences for word in words):
        return sentences
    return [([word[len(prefix) :] for word in words], tags) for words, tags in sentences]
