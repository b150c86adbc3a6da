"""What the folders of a data set are: its parts, its classes, wrapped around either, or beside them."""

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from deepdive.data.images.folders.trees import Tree
from deepdive.data.parts import PARTS, Part, listed, only_one_each, parts_of


def expected(noun: str) -> str:
    """How folders must be, in words."""
    return (
        f"expected is one folder of {noun} per class, or folders called train and perhaps val and test that hold one "
        "folder per class each"
    )


@dataclass
class Structure:
    """Where the classes of each part lie."""

    folders: dict[Part, dict[str, Path]]
    """The folder of each class by part; ``train`` is first, and has every class."""
    above: dict[Part, Path]
    """The folder that holds the classes of a part."""
    unlabelled: Path | None = None
    """A folder of images to test on that has none of the classes."""
    notes: list[str] = field(default_factory=list)
    """What was left aside, in words."""


def structure_of(tree: Tree, *, unlabelled_test: bool = False) -> Structure:
    """Find out which folders are parts and which are classes.

    Folders that hold all the rest, as archives often have them, are looked into. The first level where a folder is
    called like something to learn from (see `deepdive.data.parts.parts_of`) and holds folders of images is that of
    the parts; without one, the classes are all for training. Parts may also stand below every class.

    Args:
        tree: where to look.
        unlabelled_test: leave folders to test on that hold none of the classes out, instead of calling them wrong.

    Raises:
        ValueError: which folders are classes cannot be told, or they are not as expected; says what was found.
    """
    here, passed = tree.root, list[str]()
    while True:
        full = [folder for folder in tree.subfolders(here) if tree.holds(folder)]
        named = _named(tree.subfolders(here))
        wrapped = len(full) == 1 and _inner(tree, full[0]) and (full[0] not in named or _holds_parts(tree, full[0]))
        if not wrapped and (found := _parts_here(tree, here, full, named, unlabelled_test)):
            break
        if not wrapped:
            found = _classes_here(tree, here, full)
            break
        passed += _loose(tree, here)
        here = full[0]
    found.notes[:0] = passed
    return found


def same_name(name: str) -> str:
    """What two spellings of a class have in common: ``Café_au lait`` and ``cafe\N{COMBINING ACUTE ACCENT} au-lait``."""
    return " ".join(unicodedata.normalize("NFKC", name).casefold().replace("_", " ").replace("-", " ").split())


def _parts_here(
    tree: Tree, here: Path, full: list[Path], named: dict[Path, Part], unlabelled_test: bool
) -> Structure | None:
    """Parts above their classes, if there are some."""
    others = [folder for folder in full if folder not in named]
    tests = [folder for folder, part in named.items() if part == "test"]
    train: Path | None = None
    if any(part == "train" and _inner(tree, folder) for folder, part in named.items()):
        folders = only_one_each(named)
        train = folders["train"]
        if _holds_parts(tree, train):
            again = _names(_named(_inner(tree, train)))
            raise ValueError(f"{train} is a part by its name, and holds the parts {again} again; {expected(tree.noun)}")
    elif not named or (len(set(named.values())) == 1 and "train" in named.values() and others):
        return None
    elif "train" in named.values():
        raise ValueError(
            f"{_names(named)} in {here} are parts by their names without a folder per class; {expected(tree.noun)}"
        )
    elif {inner.name for folder in named for inner in _inner(tree, folder)} & {folder.name for folder in others}:
        folders = only_one_each(named)
    elif not others:
        raise ValueError(
            f"{_names(named)} in {here}: by the names to validate or test on, and there is no folder to learn from "
            "beside; call that one train, or name as data the very folder that is to be learnt from; "
            f"{expected(tree.noun)}"
        )
    elif not tests:
        return None
    elif unlabelled_test:
        folders = only_one_each(dict.fromkeys(tests, "test"))
    else:
        raise ValueError(
            f"{_names(tests)} in {here} may be a class, or {tree.noun} to test on: beside are {_names(others)}, and no "
            f"folder called train; put the folders of classes into {here / 'train'}, where every folder is a class, "
            "and what is to be tested on into folders of these classes"
        )
    above: dict[Part, Path] = {"train": here if train is None else _unwrapped(tree, train)}
    classes = {f.name: f for f in tree.subfolders(above["train"]) if train is not None or f not in folders.values()}
    above |= {part: _unwrapped(tree, folder, classes) for part, folder in folders.items() if part != "train"}
    found = Structure({"train": classes}, above)
    for part in PARTS[1:]:
        if part in above:
            folders = {folder.name: folder for folder in tree.subfolders(above[part])}
            if part == "test" and unlabelled_test and not folders.keys() & classes.keys():
                found.unlabelled = above.pop("test")
            else:
                found.folders[part] = folders
    if train is not None:
        _check_beside(tree, others, classes)
        if others:
            counts = ", ".join(f"{folder.name} ({len(tree.find(folder).images)} {tree.noun})" for folder in others)
            found.notes.append(f"left aside, as by the name no part of the data: {counts}")
        found.notes += _loose(tree, here)
    for folder in above.values():
        found.notes += _loose(tree, folder)
    _refuse_shared(tree, above["train"], _inner(tree, above["train"]))
    found.notes += _deeper(tree, classes.values())
    return found


def _classes_here(tree: Tree, here: Path, full: list[Path]) -> Structure:
    """Classes without parts above them; there may be parts below."""
    inner = {folder: _inner(tree, folder) for folder in full}
    parts = {
        folder: named
        for folder, below in inner.items()
        if below and len(named := _named(below)) == len(below) and (len(full) > 1 or "train" in named.values())
    }
    if parts:
        return _parts_below(tree, here, full, parts)
    classes = {folder.name: folder for folder in tree.subfolders(here)}
    _refuse_shared(tree, here, full)
    found = Structure({"train": classes}, {"train": here}, notes=[*_loose(tree, here), *_deeper(tree, full)])
    odd = [folder for folder in full if folder in _named(full)]
    if odd:
        found.notes.append(f"{_names(odd)} is taken for a class and no part of the data, as it holds no class folder")
    return found


def _parts_below(tree: Tree, here: Path, full: list[Path], parts: dict[Path, dict[Path, Part]]) -> Structure:
    """Every class folder holds the parts."""
    found = Structure({"train": {}}, {"train": here}, notes=_loose(tree, here))
    for folder in tree.subfolders(here):
        if folder in parts and (stray := tree.loose(folder)):
            raise ValueError(
                f"{folder} holds {_names(parts[folder])} and {stray} {tree.noun} beside; which part are these?"
            )
        if folder not in parts or "train" not in parts[folder].values():
            example = next(iter(parts))
            raise ValueError(
                f"{folder} must hold the parts of its class, train among them, as {example} holds "
                f"{_names(parts[example])}; {expected(tree.noun)}"
            )
        for part, path in only_one_each(parts[folder]).items():
            found.folders.setdefault(part, {})[folder.name] = path
    found.above |= dict.fromkeys(found.folders, here)
    return found


def _named(folders: Iterable[Path]) -> dict[Path, Part]:
    folders = list(folders)
    parts = parts_of(folder.name for folder in folders)
    return {folder: parts[folder.name] for folder in folders if folder.name in parts}


def _inner(tree: Tree, folder: Path) -> list[Path]:
    """The folders in a folder that hold images."""
    return [inner for inner in tree.subfolders(folder) if tree.holds(inner)]


def _unwrapped(tree: Tree, folder: Path, known: Iterable[str] = ()) -> Path:
    """The folder of classes, where it lies alone in that of a part: ``train/train`` or ``train/images``."""
    known = set(known)
    while True:
        inner = _inner(tree, folder)
        if len(inner) != 1 or inner[0].name in known or tree.loose(folder) or not _inner(tree, inner[0]):
            return folder
        folder = inner[0]


def _holds_parts(tree: Tree, folder: Path) -> bool:
    """Whether the folders in a folder are parts again, with classes in them."""
    parts = _named(_inner(tree, folder))
    return len(parts) > 1 and any(part == "train" and _inner(tree, path) for path, part in parts.items())


def _refuse_shared(tree: Tree, here: Path, full: list[Path]) -> None:
    """Folders that all hold the same folders are parts by unknown names, or classes that are divided again."""
    inner = [{below.name for below in _inner(tree, folder)} for folder in full]
    shared = set.intersection(*inner) if len(full) > 1 else set()
    if len(shared) > 1 and not any(tree.loose(folder) for folder in full):
        raise ValueError(
            f"{_names(full)} in {here} all hold the folders {listed(sorted(shared))}: which of them are the classes "
            f"cannot be told; if the upper ones are parts, call them train, val and test; if they are the classes, put "
            f"their {tree.noun} directly into them; {expected(tree.noun)}"
        )


def _check_beside(tree: Tree, others: Iterable[Path], classes: Iterable[str]) -> None:
    """A folder beside the parts that holds the same classes is one of them by another name."""
    known = {same_name(name) for name in classes}
    for folder in others:
        if both := [inner.name for inner in _inner(tree, folder) if same_name(inner.name) in known]:
            raise ValueError(
                f"{folder} holds the classes {listed(both)}, but its name tells no part of the data; call it train, "
                "val or test, or put it elsewhere"
            )


def _loose(tree: Tree, folder: Path) -> list[str]:
    count = tree.loose(folder)
    return [f"{count} {tree.noun} directly in {folder} are of no class and were left aside"] if count else []


def _deeper(tree: Tree, classes: Iterable[Path]) -> list[str]:
    """Folders in the folders of classes: their images are of that class, and this is told."""
    below = [path for folder in classes for path in _inner(tree, folder) if not path.is_symlink()]
    inner = [f"{path.parent.name}/{path.name}" for path in below]
    if not inner:
        return []
    return [f"{len(inner)} folders inside of class folders are no classes of their own: {listed(inner)}"]


def _names(folders: Iterable[Path]) -> str:
    return listed(sorted(folder.name for folder in folders))
