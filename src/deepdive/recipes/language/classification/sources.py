"""Texts and their classes: from a data set, a file, a folder of files, or a folder per class."""

from functools import partial
from pathlib import Path

from deepdive.data.delimited import PACKED, is_delimited
from deepdive.data.parts import listed, shared_note
from deepdive.data.progress import Report
from deepdive.data.sentences import (
    SentenceSplits,
    find_text,
    has_class_folders,
    read_class_folders,
    read_labelled,
)
from deepdive.data.text import read_text
from deepdive.recipes.given.texts import lines_of
from deepdive.recipes.language.bert.sources import hold_out_validation, keys_of, read_named_texts, split_texts
from deepdive.recipes.language.classification.classify_text import ClassifyTextSettings
from deepdive.recipes.language.parts import own_data, read_parts, tell

_NAMED = ("sst2",)
_HEADER = {"auto": None, "yes": True, "no": False}


def read_labelled_texts(settings: ClassifyTextSettings, report: Report | None = None) -> SentenceSplits:
    """Texts for training, validation and test.

    Of a single file, and of class folders without parts, a tenth each becomes the last two, of every class as many;
    where there is something to test on and nothing to validate on, a tenth of the training texts is.

    Raises:
        FileNotFoundError: no data set, file or folder has this name.
        ValueError: the data set holds no labelled texts, or a file is not as it must be; names it.
    """
    path = own_data(settings.data, _NAMED, "a file or folder of labelled texts")
    if path is None:
        return read_named_texts(settings.data, report)
    read = partial(
        read_labelled,
        text=settings.text,
        label=settings.label,
        header=_HEADER[settings.header],
        delimiter=settings.delimiter,
        note=lambda note: tell((note,)),
    )
    if not path.is_dir():
        return split_texts(read(path))
    if not has_class_folders(path):
        return SentenceSplits(**read_parts(path, read, "texts", keys=keys_of))
    parts, notes = read_class_folders(path)
    counts = ", ".join(f"{len(texts)} {part}" for part, texts in parts.items())
    classes = listed(dict.fromkeys(parts["train"].labels or ()))
    shared = shared_note({str(part): keys_of(texts) for part, texts in parts.items()}, "texts")
    tell((f"texts of the classes {classes}: {counts}", *notes, *shared))
    if len(parts) == 1:
        return split_texts(parts["train"])
    return hold_out_validation(SentenceSplits(**parts))


def new_texts(path: Path, settings: ClassifyTextSettings) -> list[str]:
    """The texts of a file to be asked about: a table's, the whole of it, or one per line.

    A .csv, .tsv or .tab file, compressed or not, is a table, see `find_text`. Any other file is one text where the run
    has learnt from files that are one each, else it has one text per line.

    Raises:
        ValueError: it cannot be read; names file and line.
    """
    if is_delimited(path.name) or path.suffix.lower() in PACKED:
        return find_text(path, text=settings.text, label=settings.label, delimiter=settings.delimiter)
    learnt = Path(settings.data)
    if learnt.is_dir() and has_class_folders(learnt):
        return [read_text(path).strip()]
    return lines_of(path)
