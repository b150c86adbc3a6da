"""Pictures in folders, one folder per class: what is there, and what is wrong with it."""

from dataclasses import dataclass
from pathlib import Path

from deepdive.data.images.folders.trees import SUFFIXES, ArchiveTree, FolderTree, PictureFile, Tree
from deepdive.data.sources.archives import is_archive

_PARTS = {"train": "train", "val": "val", "valid": "val", "validation": "val", "test": "test"}


@dataclass(frozen=True, slots=True)
class ClassFolders:
    """The pictures of a folder or an archive by part and class."""

    root: Path
    labels: tuple[str, ...]
    """Names of the classes, sorted: a class number is a place in here."""
    parts: dict[str, tuple[PictureFile, ...]]
    """The files of ``train`` and, where there are such folders, ``val`` and ``test``; sorted."""
    numbers: dict[str, tuple[int, ...]]
    """For each of them the number of its class."""
    notes: tuple[str, ...]
    """What was left aside, in words."""


def scan_folder(root: Path, *, unlabelled_test: bool = False) -> ClassFolders:
    """List the pictures below ``root``, which holds one folder per class, or ``train`` and ``test`` with such folders.

    ``root`` is a folder or an archive; the pictures of an archive are then in memory, encoded. ``val``, ``valid`` or
    ``validation`` may stand beside ``train``. Pictures may lie deeper inside of their class folder. Hidden files and
    folders, and files that have not one of `SUFFIXES`, are left aside.

    Args:
        root: where to look.
        unlabelled_test: leave a ``test`` folder that holds none of the classes out, instead of calling it wrong.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: fewer than two classes, a class without a picture, a class unknown to the training part, a class
            whose name is no text; an archive that is damaged or too large.

    """
    tree: Tree = ArchiveTree(root).unwrapped(_PARTS) if is_archive(root) else FolderTree(root)
    parts = _parts(tree)
    class_folders = tree.subfolders(parts["train"])
    labels = tuple(folder.name for folder in class_folders)
    if len(labels) < 2:
        raise ValueError(_too_few_classes(tree, parts["train"], labels))
    number_of = {label: number for number, label in enumerate(labels)}
    if unlabelled_test and "test" in parts and not labels_in(tree, parts["test"], labels):
        del parts["test"]
    files: dict[str, tuple[PictureFile, ...]] = {}
    numbers: dict[str, tuple[int, ...]] = {}
    others = links = 0
    for part, folder in parts.items():
        listed: list[PictureFile] = []
        classes: list[int] = []
        for class_folder in tree.subfolders(folder):
            number = number_of.get(class_folder.name)
            if number is None:
                raise ValueError(
                    f"{class_folder} is no class of the training part, whose classes are {_listed(labels)}"
                )
            found = tree.find(class_folder)
            if not found.pictures:
                raise ValueError(f"the class folder {class_folder} holds no picture ({', '.join(sorted(SUFFIXES))})")
            listed += found.pictures
            classes += [number] * len(found.pictures)
            others, links = others + found.others, links + found.links
        if not listed:
            raise ValueError(f"{folder} holds no class folder; it should hold one per class")
        files[part], numbers[part] = tuple(listed), tuple(classes)
    _check_names(class_folders)
    return ClassFolders(root, labels, files, numbers, left_aside(others, links))


def labels_in(tree: Tree, folder: Path, labels: tuple[str, ...]) -> set[str]:
    """Which of the classes have a folder of their own directly in a folder."""
    return {inner.name for inner in tree.subfolders(folder)} & set(labels)


def left_aside(others: int, links: int) -> tuple[str, ...]:
    """What was not looked at, in words."""
    notes = []
    if others:
        notes.append(f"{others} files that are no pictures by their suffix were left aside")
    if links:
        notes.append(f"{links} links to folders inside of folders were not followed; their pictures are not there")
    return tuple(notes)


def _parts(tree: Tree) -> dict[str, Path]:
    found: dict[str, Path] = {}
    for folder in tree.subfolders(tree.root):
        part = _PARTS.get(folder.name.lower())
        if part in found:
            raise ValueError(f"{found[part]} and {folder} are the same part of the data; keep one of them")
        if part:
            found[part] = folder
    return found if "train" in found else {"train": tree.root}


def _check_names(folders: list[Path]) -> None:
    """Labels go into reports and tables, which are UTF-8."""
    for folder in folders:
        try:
            folder.name.encode()
        except UnicodeEncodeError:
            raise ValueError(
                f"the class folder {folder.name!r} in {folder.parent} has a name that is no valid UTF-8; rename it"
            ) from None


def _too_few_classes(tree: Tree, folder: Path, labels: tuple[str, ...]) -> str:
    found = f"only one, {labels[0]}" if labels else "pictures, but no folder" if tree.loose(folder) else "none"
    return f"{folder} should hold one folder of pictures per class, and at least two; it holds {found}"


def _listed(labels: tuple[str, ...]) -> str:
    return ", ".join(labels[:20]) + (f" and {len(labels) - 20} more" if len(labels) > 20 else "")
