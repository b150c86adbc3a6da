"""The layout of a competition: training images with their classes, and others to be labelled."""

import re
from dataclasses import dataclass
from pathlib import Path

from deepdive.data.images.folders.structure import structure_of
from deepdive.data.images.folders.trees import FolderTree
from deepdive.data.parts import Part, is_hidden, leads_back, only_one_each, part_of, parts_of, says_nothing
from deepdive.data.sources.archives import SUFFIXES, is_archive

_ENDING = re.compile(r"\.(csv|tsv|tab)(\.(zip|gz|bz2|xz))?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything lies."""

    train: Path
    """Folder or archive of training images: one folder per class, or loose beside a table."""
    table: Path | None
    """The table with the class of each image; ``None`` where folders tell."""
    test: Path | None
    """Folder or archive of images without classes."""


def find_layout(data: Path, table: Path | None = None, test: Path | None = None) -> Layout:
    """Find training images, table and test images in a folder by their usual names, or take those that are named.

    A table is called ``labels.csv``, ``trainLabels.csv``, ``train.csv`` or the like, or ends in .tsv, and may be
    compressed. Beside it, training images lie in a folder or archive that is called a training part (see
    `deepdive.data.parts.parts_of`), in one called ``images`` or the like, or loose. Test images lie in one called a
    test part. Without a table, folders are the classes, and a test part that has none of them holds the test images.
    All may lie one or more folders deeper.

    Raises:
        FileNotFoundError: what is named does not exist.
        ValueError: several that could be meant, or training images that are not found.

    """
    for name, path in (("table", table), ("test", test)):
        if path is not None and not path.exists():
            raise FileNotFoundError(f"{name} is {path}, but there is no such file or folder")
    if is_archive(data):
        return Layout(data, table, test)
    if not data.is_dir():
        raise FileNotFoundError(f"no such folder: {data}")
    data = _unwrapped(data)
    table = table or _only([path for path in _entries(data) if _is_table(path)], "tables of classes", data)
    named = _parts(data, labelled=table is not None)
    if table is None:
        train = named.get("train")
        if train and is_archive(train):
            return Layout(train, None, test or named.get("test"))
        return Layout(data, None, test or structure_of(FolderTree(data), unlabelled_test=True).unlabelled)
    if "val" in named:
        raise ValueError(
            f"{data} holds {table.name} and {named['val'].name}; beside a table, images to validate on must lie with "
            "those to learn from, and a column split must say which are which (train, val)"
        )
    train, test = named.get("train"), test or named.get("test")
    loose = FolderTree(data).loose(data)
    if train is None and not loose:
        others = [path for path in _entries(data) if _holds_images(path) and says_nothing(path.name)]
        train = _only(others, "folders of images", data)
    if train is None and not loose:
        raise ValueError(
            f"{data} holds {table.name}, but no training images: they should be in a folder or archive whose name "
            f"begins with train ({', '.join(SUFFIXES)}){_unreadable(data)}"
        )
    return Layout(train or data, table, test)


def _unwrapped(data: Path) -> Path:
    """The folder of everything, where it lies alone in others and its name is no part's."""
    while len(inner := _entries(data)) == 1 and inner[0].is_dir() and not part_of(inner[0].name):
        if not any(_is_table(path) or _holds_images(path) for path in _entries(inner[0])):
            break
        data = inner[0]
    return data


def _entries(folder: Path) -> list[Path]:
    return [path for path in sorted(folder.iterdir()) if not is_hidden(path.name) and not leads_back(path)]


def _is_table(path: Path) -> bool:
    """Whether a file is called labels, train, or labels of what is learnt from."""
    name = _ENDING.sub("", path.name)
    if name == path.name:
        return False
    rest = re.sub("labels?|classes", "", name, flags=re.IGNORECASE)
    return part_of(rest) == "train" or (rest != name and says_nothing(rest))


def _holds_images(path: Path) -> bool:
    return path.is_dir() or is_archive(path)


def _parts(data: Path, *, labelled: bool) -> dict[Part, Path]:
    """The folders and archives that are parts; with a table of classes, what is learnt from may have any name."""
    there = {path: path.name for path in _entries(data) if _holds_images(path) and not _is_table(path)}
    parts = parts_of([*there.values(), *(["train", "val"] if labelled else [])])
    return only_one_each({path: parts[name] for path, name in there.items() if name in parts})


def _only(found: list[Path], what: str, data: Path) -> Path | None:
    if len(found) > 1:
        raise ValueError(f"{data} holds {len(found)} {what}: {', '.join(sorted(p.name for p in found))}; keep one")
    return found[0] if found else None


def _unreadable(data: Path) -> str:
    """7-Zip is what competitions like and the standard library does not read."""
    packed = sorted(path.name for path in data.iterdir() if path.suffix.lower() in (".7z", ".rar"))
    return f"; {', '.join(packed)} cannot be read here: unpack it" if packed else ""
