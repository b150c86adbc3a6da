"""Pictures in folders, one folder per class: what is there, and what is wrong with it."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

SUFFIXES = frozenset(".bmp .gif .jpeg .jpg .pbm .pgm .png .ppm .tif .tiff .webp".split())
"""Files with another suffix are left aside, as are hidden ones: they are thumbnails, notes, file lists."""

_PARTS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}


@dataclass(frozen=True, slots=True)
class PictureFile:
    """One file of a class."""

    path: Path
    label: int


@dataclass(frozen=True, slots=True)
class ClassFolders:
    """The pictures of a folder by part and class."""

    root: Path
    labels: tuple[str, ...]
    """Names of the classes, sorted: a class number is a place in here."""
    parts: dict[str, tuple[PictureFile, ...]]
    """The files of ``train`` and, where there are such folders, ``val`` and ``test``; sorted."""
    ignored: int
    """Files left aside because of their suffix."""


def scan_folder(root: Path) -> ClassFolders:
    """List the pictures below ``root``, which holds one folder per class, or ``train`` and ``test`` with such folders.

    ``val``, ``valid`` or ``validation`` may stand beside ``train``. Pictures may lie deeper inside of their class
    folder. Hidden files and folders, and files that have not one of `SUFFIXES`, are left aside.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: fewer than two classes, a class without a picture, a class unknown to the training part.

    """
    if not root.is_dir():
        raise FileNotFoundError(f"no such folder: {root}")
    parts = _parts(root)
    labels = tuple(sorted(folder.name for folder in _subfolders(parts["train"])))
    if len(labels) < 2:
        raise ValueError(_too_few_classes(parts["train"], labels))
    files: dict[str, tuple[PictureFile, ...]] = {}
    ignored = 0
    for part, folder in parts.items():
        found: list[PictureFile] = []
        for class_folder in _subfolders(folder):
            if class_folder.name not in labels:
                raise ValueError(
                    f"{class_folder} is no class of the training part, whose classes are {', '.join(labels)}"
                )
            pictures, others = _pictures(class_folder)
            if not pictures:
                kinds = ", ".join(sorted(SUFFIXES))
                raise ValueError(f"the class folder {class_folder} holds no picture ({kinds})")
            label = labels.index(class_folder.name)
            found += [PictureFile(path, label) for path in pictures]
            ignored += others
        if not found:
            raise ValueError(f"{folder} holds no class folder; it should hold one per class")
        files[part] = tuple(found)
    return ClassFolders(root, labels, files, ignored)


def _parts(root: Path) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in _subfolders(root):
        part = _PARTS.get(folder.name.lower())
        if part in found:
            raise ValueError(f"{found[part]} and {folder} are the same part of the data; keep one of them")
        if part:
            found[part] = folder
    return found if "train" in found else {"train": root}


def _subfolders(folder: Path) -> list[Path]:
    return sorted(entry for entry in folder.iterdir() if entry.is_dir() and not _hidden(entry.name))


def _pictures(folder: Path) -> tuple[list[Path], int]:
    names = list(_files(folder))
    pictures = [path for path in names if path.suffix.lower() in SUFFIXES]
    return sorted(pictures), len(names) - len(pictures)


def _files(folder: Path) -> Iterator[Path]:
    for parent, subfolders, names in os.walk(folder):
        subfolders[:] = [name for name in subfolders if not _hidden(name)]
        yield from (Path(parent, name) for name in names if not _hidden(name))


def _hidden(name: str) -> bool:
    return name.startswith(".") or name == "__MACOSX"


def _too_few_classes(folder: Path, labels: tuple[str, ...]) -> str:
    loose = any(path.suffix.lower() in SUFFIXES for path in folder.iterdir() if path.is_file())
    found = f"only one, {labels[0]}" if labels else "pictures, but no folder" if loose else "none"
    return f"{folder} should hold one folder of pictures per class, and at least two; it holds {found}"
