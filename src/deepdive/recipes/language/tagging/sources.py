"""Tagged sentences that settings speak of."""

import re
from pathlib import Path

from deepdive.data import fetch
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS
from deepdive.data.splits import hold_out
from deepdive.data.tagging import TaggedSentence, TaggingSplits, read_conll
from deepdive.recipes.experiments.inputs import lines_of
from deepdive.recipes.language.parts import read_parts

_NAMED = {"wikiann-en": ("train", "dev", "test")}
"""Data sets of tagged sentences, and their files to learn from, to validate on and to test on."""
_SHARE = 0.1
_LOOKED_AT = 20
_TAGGED = r"[^ \t]+(?:[ \t].*)?[ \t](?:O|[BI]-\S+)[ \t]*"


def read_splits(data: str, report: Report | None = None) -> TaggingSplits:
    """Sentences to learn from, to validate on and to test on; of a single file a tenth each is held out.

    Raises:
        FileNotFoundError: no data set, file or folder has this name.
        ValueError: the data set holds no tagged sentences, a folder lacks a file for training, or a file is not as it
            must be; names file and line.
    """
    if data in _NAMED:
        files = fetch(data, report=report)
        return TaggingSplits(*(read_conll(files[name]) for name in _NAMED[data]))
    if data in DATASETS:
        raise ValueError(
            f"data is {data!r}, whose words have no tags; these have: {', '.join(_NAMED)}, or a file or folder"
        )
    path = Path(data)
    if path.is_dir():
        return TaggingSplits(**read_parts(path, read_conll, "sentences", key=_key))
    if not path.is_file():
        raise FileNotFoundError(f"data is {data!r}; there is no data set, file or folder of that name")
    sentences = read_conll(path)
    rest, test = hold_out(len(sentences), _SHARE, name="test")
    kept, val = hold_out(len(rest), _SHARE, name="validation")
    parts = (rest[kept], rest[val], test)
    return TaggingSplits(*([sentences[i] for i in rows.tolist()] for rows in parts))


def sentences_of(path: Path) -> list[str]:
    """The sentences of a file to be tagged: of one like those learnt from, or one per line of any other.

    It is like those learnt from where most of its first lines end in a tag behind a word.

    Raises:
        ValueError: the file is no text, or lines are not as the first; names file and line.
    """
    lines = lines_of(path)
    tagged = [re.fullmatch(_TAGGED, line) is not None for line in lines[:_LOOKED_AT]]
    if 2 * sum(tagged) > len(tagged) and (len(lines) > 1 or "\t" in lines[0]):  # one may well end in "vitamin B-12"
        return [" ".join(words) for words, _ in read_conll(path)]
    return lines


def _key(sentence: TaggedSentence) -> tuple[str, ...]:
    return tuple(sentence[0])
