"""Texts in folders, a file each and a folder for every class."""

import codecs
from pathlib import Path, PurePath

from deepdive.data.delimited import is_delimited
from deepdive.data.images.folders.structure import structure_of
from deepdive.data.images.folders.trees import FolderTree
from deepdive.data.parts import Part, gone_note
from deepdive.data.sentences.reading import LabelledTexts, left_out_note
from deepdive.data.text.reading import decode_text

_SUFFIXES = ("", ".txt", ".text", ".md")
"""Of a text; collections of mails have none, or a number."""


def is_text(name: str) -> bool:
    """Whether a file is a text by its name: .txt, .text, .md, nothing or a number behind the last point."""
    suffix = PurePath(name).suffix.lower()
    return suffix in _SUFFIXES or suffix[1:].isdecimal()


def has_class_folders(folder: Path) -> bool:
    """Whether there are texts in folders below a folder, and no tables of them."""
    tree = FolderTree(folder, noun="texts", is_member=is_text)
    tables = FolderTree(folder, noun="tables", is_member=is_delimited)
    return any(tree.holds(each) for each in tree.subfolders(folder)) and not tables.holds(folder)


def read_class_folders(folder: Path) -> tuple[dict[Part, LabelledTexts], tuple[str, ...]]:
    """The texts of one folder per class, by part, and in words what was left aside.

    What are parts and what are classes is found as for images, see `deepdive.data.images.folders.structure`.

    Raises:
        ValueError: that cannot be told, there is one class, another part has a class that is not learnt from, or a file
            is no text; names it. Empty files and links that lead nowhere are left out, and it is said.
    """
    tree = FolderTree(folder, noun="texts", is_member=is_text)
    structure = structure_of(tree)
    found: dict[Part, LabelledTexts] = {}
    empty, gone = list[Path](), list[Path]()
    for part, classes in structure.folders.items():
        texts, labels = list[str](), list[str]()
        for label, place in sorted(classes.items()):
            for file in tree.find(place).images:
                if not file.path.is_file():
                    gone.append(file.path)
                elif text := _text_in(file.path):
                    texts.append(text)
                    labels.append(label)
                else:
                    empty.append(file.path)
        if not texts:
            raise ValueError(f"{structure.above[part]} must hold texts, got none in {', '.join(map(str, classes))}")
        found[part] = LabelledTexts(texts, labels=labels)
    notes = [*structure.notes]
    if empty:
        notes.append(left_out_note(len(empty), str(empty[0])))
    if gone:
        notes.append(gone_note(gone))
    return found, tuple(notes)


def _text_in(path: Path) -> str:
    """The text of a file without white space around it; empty where there is nothing else."""
    data = path.read_bytes()
    return decode_text(data, str(path)).strip() if data.removeprefix(codecs.BOM_UTF8).strip() else ""
