"""Tagged sentences that settings speak of."""

from pathlib import Path

from deepdive.data import fetch
from deepdive.data.progress import Report
from deepdive.data.registry import DATASETS
from deepdive.data.splits import hold_out
from deepdive.data.tagging import TaggedSentence, TaggingSplits, read_conll
from deepdive.recipes.language.parts import read_parts

_NAMED = {"wikiann-en": ("train", "dev", "test")}
"""Data sets of tagged sentences, and their files to learn from, to validate on and to test on."""
_SHARE = 0.1


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


def _key(sentence: TaggedSentence) -> tuple[str, ...]:
    return tuple(sentence[0])
