"""The layout of a competition: training pictures with their classes, and others to be labelled."""

import re
from dataclasses import dataclass
from pathlib import Path

from deepdive.data.images.folders.classes import labels_in
from deepdive.data.images.folders.trees import FolderTree
from deepdive.data.sources.archives import SUFFIXES, is_archive

_TABLE = re.compile(r"((train[ _-]?)?labels?|train)\.(csv|tsv|tab)(\.(zip|gz|bz2|xz))?$", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where everything lies."""

    train: Path
    """Folder or archive of training pictures: one folder per class, or loose beside a table."""
    table: Path | None
    """The table with the class of each picture; ``None`` where folders tell."""
    test: Path | None
    """Folder or archive of pictures without classes."""


def find_layout(data: Path, table: Path | None = None, test: Path | None = None) -> Layout:
    """Find training pictures, table and test pictures in a folder by their usual names, or take those that are named.

    A table is called ``labels.csv``, ``trainLabels.csv``, ``train.csv`` or the like, or ends in
    .tsv, and may be compressed. Beside it,
    training pictures lie in a folder or archive whose name begins with ``train``, or loose. Test pictures lie in one
    whose name begins with ``test``, unless that holds folders of the classes. Without a table, folders are the classes.

    Raises:
        FileNotFoundError: what is named does not exist.
        ValueError: several that could be meant, or training pictures that are not found.

    """
    for name, path in (("table", table), ("test", test)):
        if path is not None and not path.exists():
            raise FileNotFoundError(f"{name} is {path}, but there is no such file or folder")
    if is_archive(data):
        return Layout(data, table, test)
    if not data.is_dir():
        raise FileNotFoundError(f"no such folder: {data}")
    table = table or _only([path for path in data.iterdir() if _TABLE.match(path.name)], "tables of classes", data)
    if test is None:
        test = _part(data, "test")
    train = _part(data, "train")
    if table is None:
        unlabelled = None if test is None or _has_classes(data, test) else test
        return Layout(train if train and is_archive(train) else data, None, unlabelled)
    if train is None and not FolderTree(data).loose(data):
        raise ValueError(
            f"{data} holds {table.name}, but no training pictures: they should be in a folder or archive whose name "
            f"begins with train ({', '.join(SUFFIXES)}){_unreadable(data)}"
        )
    return Layout(train or data, table, test)


def _part(data: Path, word: str) -> Path | None:
    fitting = [path for path in data.iterdir() if re.match(rf"{word}([ _.-]|$)", path.name, re.IGNORECASE)]
    return _only([path for path in fitting if path.is_dir() or is_archive(path)], f"{word} parts", data)


def _only(found: list[Path], what: str, data: Path) -> Path | None:
    if len(found) > 1:
        raise ValueError(f"{data} holds {len(found)} {what}: {', '.join(sorted(p.name for p in found))}; keep one")
    return found[0] if found else None


def _has_classes(data: Path, test: Path) -> bool:
    if not test.is_dir():
        return False
    tree = FolderTree(data)
    train = next((folder for folder in tree.subfolders(data) if folder.name.lower() == "train"), data)
    labels = {folder.name for folder in tree.subfolders(train)}
    return bool(labels_in(tree, test, tuple(labels)))


def _unreadable(data: Path) -> str:
    """7-Zip is what competitions like and the standard library does not read."""
    packed = sorted(path.name for path in data.iterdir() if path.suffix.lower() in (".7z", ".rar"))
    return f"; {', '.join(packed)} cannot be read here: unpack it" if packed else ""
