"""Texts in folders, a file each and a folder for every class."""

from pathlib import Path, PurePath

from deepdive.data.delimited import is_delimited
from deepdive.data.images.folders.structure import structure_of
from deepdive.data.images.folders.trees import FolderTree
from deepdive.data.parts import Part
from deepdive.data.sentences.reading import LabelledTexts
from deepdive.data.text.reading import read_text

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
            is no text; names it.
    """
    tree = FolderTree(folder, noun="texts", is_member=is_text)
    structure = structure_of(tree)
    found: dict[Part, LabelledTexts] = {}
    for part, classes in structure.folders.items():
        texts, labels = list[str](), list[str]()
        for label, place in sorted(classes.items()):
            files = tree.find(place).images
            texts += [read_text(file.path).strip() for file in files]
            labels += [label] * len(files)
        if not texts:
            raise ValueError(f"{structure.above[part]} must hold texts, got none in {', '.join(map(str, classes))}")
        found[part] = LabelledTexts(texts, labels=labels)
    return found, tuple(structure.notes)
