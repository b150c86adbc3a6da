"""Images in folders, one folder per class: what is there, and what is wrong with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from deepdive.data.images.folders.structure import Structure, same_name, structure_of
from deepdive.data.images.folders.trees import SUFFIXES, ArchiveTree, FolderTree, ImageFile, Tree
from deepdive.data.parts import Part, listed
from deepdive.data.sources.archives import is_archive


@dataclass(frozen=True, slots=True)
class ClassFolders:
    """The images of a folder or an archive by part and class."""

    root: Path
    labels: tuple[str, ...]
    """Names of the classes, sorted: a class number is a place in here."""
    parts: dict[Part, tuple[ImageFile, ...]]
    """The files of ``train`` and, where there are such folders, ``val`` and ``test``; sorted."""
    numbers: dict[Part, tuple[int, ...]]
    """For each of them the number of its class."""
    notes: tuple[str, ...]
    """What was left aside, in words."""


def scan_folder(root: Path, *, unlabelled_test: bool = False) -> ClassFolders:
    """List the images below ``root``: one folder per class, in ``train``, ``val`` and ``test`` or without parts.

    ``root`` is a folder or an archive; the images of an archive are then in memory, encoded. Parts may have any usual
    name, stand above or below the classes, and all may lie some folders deeper, see `structure_of`. Images may lie
    deeper inside of their class folder. Hidden files and folders, and files that have not one of `SUFFIXES`, are left
    aside. The notes say what was taken for what.

    Args:
        root: where to look.
        unlabelled_test: leave a ``test`` folder that holds none of the classes out, instead of calling it wrong.

    Raises:
        FileNotFoundError: no such folder.
        ValueError: which folders are classes cannot be told, fewer than two classes, a class without an image, a class
            unknown to the training part, a class whose name is no text; an archive that is damaged or too large.

    """
    tree: Tree = ArchiveTree(root) if is_archive(root) else FolderTree(root)
    found = structure_of(tree, unlabelled_test=unlabelled_test)
    labels = tuple(sorted(found.folders["train"]))
    if len(labels) < 2:
        raise ValueError(_too_few_classes(tree, found.above["train"], labels))
    _check_names(found.folders["train"])
    number_of = {label: number for number, label in enumerate(labels)}
    files: dict[Part, tuple[ImageFile, ...]] = {}
    numbers: dict[Part, tuple[int, ...]] = {}
    notes, others, links = list(found.notes), 0, 0
    for part, folders in found.folders.items():
        above = found.above[part]
        images: list[ImageFile] = []
        classes: list[int] = []
        for label, folder in folders.items():
            number = number_of.get(label)
            if number is None:
                raise ValueError(f"{folder} is no class of the training part, {_classes(label, labels)}")
            below = tree.find(folder)
            if not below.images:
                raise ValueError(f"the class folder {folder} holds no image ({', '.join(sorted(SUFFIXES))})")
            images += below.images
            classes += [number] * len(below.images)
            others, links = others + below.others, links + below.links
        if not images:
            raise ValueError(f"{above} holds no class folder; it should hold one per class{_loose(tree, above)}")
        if lacking := [label for label in labels if label not in folders]:
            notes.append(f"{len(lacking)} of {len(labels)} classes have no {part} images: {listed(lacking)}")
        files[part], numbers[part] = tuple(images), tuple(classes)
    if found.unlabelled:
        notes.append(f"{found.unlabelled} holds none of the classes; its images are not tested on")
    notes = [_told(root, found, files, labels), *notes, *left_aside(others, links), *_twice(tree, found)]
    return ClassFolders(root, labels, files, numbers, tuple(notes))


def left_aside(others: int, links: int) -> tuple[str, ...]:
    """What was not looked at, in words."""
    notes = []
    if others:
        notes.append(f"{others} files that are no images by their suffix were left aside")
    if links:
        notes.append(f"{links} links to folders inside of folders were not followed; their images are not there")
    return tuple(notes)


def _told(root: Path, found: Structure, files: Mapping[Part, Sequence[ImageFile]], labels: Sequence[str]) -> str:
    """The classes, and where the images of each part are from."""
    parts = []
    for part, images in files.items():
        place = found.above[part].relative_to(root).as_posix()
        where = {".": ""}.get(place, f" from {place}") if place != part else ""
        parts.append(f"{len(images)} {part} images{where}")
    return f"{len(labels)} classes, {listed(labels)}: {', '.join(parts)}"


def _twice(tree: Tree, found: Structure) -> list[str]:
    """Links that are no classes; those inside of classes are counted where the images of these are found."""
    classes = {folder for folders in found.folders.values() for folder in folders.values()}
    return [
        f"{link} is a link to {target}, whose images are there already; it was left aside"
        for link, target in tree.aliases.items()
        if classes.isdisjoint(link.parents)
    ]


def _check_names(folders: Mapping[str, Path]) -> None:
    """Labels go into reports and tables, which are UTF-8, and are told apart there by people."""
    seen: dict[str, Path] = {}
    for name, folder in folders.items():
        other = seen.setdefault(same_name(name), folder)
        if other != folder:
            raise ValueError(f"{other} and {folder} are two classes but for their spelling; make one of them")
        try:
            name.encode()
        except UnicodeEncodeError:
            raise ValueError(
                f"the class folder {name!r} in {folder.parent} has a name that is no valid UTF-8; rename it"
            ) from None


def _too_few_classes(tree: Tree, folder: Path, labels: tuple[str, ...]) -> str:
    found = f"only one, {labels[0]}" if labels else "images, but no folder" if tree.loose(folder) else "none"
    return f"{folder} should hold one folder of images per class, and at least two; it holds {found}"


def _classes(label: str, labels: Sequence[str]) -> str:
    same = next((known for known in labels if same_name(known) == same_name(label)), None)
    spelled = f", of which {same!r} is the same but for its spelling: rename one" if same else ""
    return f"whose classes are {listed(labels)}{spelled}"


def _loose(tree: Tree, folder: Path) -> str:
    count = tree.loose(folder)
    return f", but holds {count} images; what has no class can be left to predict" if count else ""
