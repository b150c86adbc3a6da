"""Where image files lie: below a folder, or in an archive, which is read once and never unpacked."""

import os
import posixpath
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from deepdive.data.images.decode import FORMATS
from deepdive.data.parts import is_hidden, leads_back, part_of
from deepdive.data.sources.archives import ArchiveError, plain_files
from deepdive.data.sources.packed import limit_of, too_much
from deepdive.data.sources.walking import walk

SUFFIXES = frozenset(suffix for suffixes in FORMATS.values() for suffix in suffixes)
"""Files with another suffix are left aside, as are hidden ones: they are thumbnails, notes, file lists."""

_ARCHIVE_LIMIT = 4 << 30


@dataclass(frozen=True, slots=True)
class ImageFile:
    """One file; where it lies in an archive, what it holds, and its path has the archive for a folder."""

    path: Path
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What there is below a folder, however deep; hidden files and folders do not count."""

    images: tuple[ImageFile, ...]
    """Sorted by path."""
    others: int
    """Files that are no images by their suffix."""
    links: int
    """Links to folders; they are not followed, as they may lead in circles."""


@runtime_checkable
class Tree(Protocol):
    """Folders that can be looked into, whatever holds them."""

    @property
    def root(self) -> Path:
        """The folder that all others lie in."""
        ...

    @property
    def noun(self) -> str:
        """What the files are: images, or texts."""
        ...

    @property
    def aliases(self) -> dict[Path, Path]:
        """Links to images that are there already, and where they lead, in the folders that were looked into."""
        ...

    def subfolders(self, folder: Path) -> list[Path]:
        """The folders directly in a folder, sorted."""
        ...

    def loose(self, folder: Path) -> int:
        """How many images lie directly in a folder."""
        ...

    def holds(self, folder: Path) -> bool:
        """Whether there is an image below a folder, however deep."""
        ...

    def find(self, folder: Path) -> Found:
        """All images below a folder."""
        ...


class FolderTree:
    """A folder of this machine, with files of one kind: images unless ``is_member`` and ``noun`` say otherwise.

    Its sub-folders and those of theirs may be links; deeper links are left alone.

    Left aside, too, are links to a folder that they lie in, and to what is, holds or lies in a folder beside: the same
    images would count twice, or for all classes. A link called as a part, such as ``test``, may lead to one beside.

    Raises:
        FileNotFoundError: no such folder.

    """

    def __init__(self, root: Path, *, noun: str = "images", is_member: Callable[[str], bool] | None = None) -> None:
        if not root.is_dir():
            raise FileNotFoundError(f"no such folder: {root}")
        self.root = root
        self.noun = noun
        self.aliases: dict[Path, Path] = {}
        self._is_member = is_member or is_image
        self._holds: dict[Path, bool] = {}
        self._content: dict[Path, tuple[list[Path], int]] = {}

    def subfolders(self, folder: Path) -> list[Path]:
        """See `Tree`."""
        return self._seen(folder)[0]

    def loose(self, folder: Path) -> int:
        """See `Tree`."""
        return self._seen(folder)[1]

    def holds(self, folder: Path) -> bool:
        """See `Tree`."""
        if folder not in self._holds:
            deeper = (self._is_member(name) and not is_hidden(name) for names in self._names(folder) for name in names)
            self._holds[folder] = self.loose(folder) > 0 or any(deeper)
        return self._holds[folder]

    def find(self, folder: Path) -> Found:
        """See `Tree`.

        Raises:
            OSError: a folder may not be read; without this, its images would be missing and nobody would know.

        """
        images, others, links = [], 0, 0
        for parent, subfolders, names in walk(folder, onerror=_raise):
            subfolders[:] = [name for name in subfolders if not is_hidden(name)]
            links += sum((parent / name).is_symlink() for name in subfolders)
            seen = [name for name in names if not is_hidden(name)]
            here = [ImageFile(parent / name) for name in seen if self._is_member(name)]
            others += len(seen) - len(here)
            images += here
        return Found(tuple(sorted(images, key=_path)), others, links)

    def _seen(self, folder: Path) -> tuple[list[Path], int]:
        """Folders and number of images directly in a folder."""
        if folder not in self._content:
            with os.scandir(folder) as entries:
                shown = [entry for entry in entries if not is_hidden(entry.name)]
            folders = {entry.name for entry in shown if _is_folder(entry)}
            images = sum(self._is_member(entry.name) for entry in shown if entry.name not in folders)
            for alias, target in _aliases(folder, folders):
                folders.remove(alias)
                self.aliases[folder / alias] = target
            self._content[folder] = [folder / name for name in sorted(folders)], images
        return self._content[folder]

    def _names(self, folder: Path) -> Iterator[list[str]]:
        for _, subfolders, names in walk(folder):
            subfolders[:] = [name for name in subfolders if not is_hidden(name)]
            yield names


class ArchiveTree:
    """The images of a .zip or (compressed) .tar file, all read at once and kept as they are, encoded.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the archive is damaged, or holds more than 4 GiB of images, or more than 64 MiB and more than 100
            times its own length.

    """

    noun = "images"

    def __init__(self, archive: Path) -> None:
        if not archive.is_file():
            raise FileNotFoundError(f"no such file: {archive}")
        self.root = archive
        self.aliases: dict[Path, Path] = {}
        self._folders: dict[Path, set[Path]] = {archive: set()}
        self._images: dict[Path, dict[Path, ImageFile]] = {archive: {}}
        self._others: dict[Path, set[Path]] = {archive: set()}
        try:
            self._read(archive)
        except ArchiveError as error:
            raise ValueError(f"{archive.parent / str(error)}") from error

    def subfolders(self, folder: Path) -> list[Path]:
        """See `Tree`."""
        return sorted(self._folders[folder])

    def loose(self, folder: Path) -> int:
        """See `Tree`."""
        return len(self._images[folder])

    def holds(self, folder: Path) -> bool:
        """See `Tree`."""
        return bool(self._images[folder]) or any(self.holds(inner) for inner in self._folders[folder])

    def find(self, folder: Path) -> Found:
        """See `Tree`."""
        images, others, folders = [], 0, [folder]
        while folders:
            here = folders.pop()
            images += self._images[here].values()
            others += len(self._others[here])
            folders += self._folders[here]
        return Found(tuple(sorted(images, key=_path)), others, 0)

    def _read(self, archive: Path) -> None:
        left, bound = _ARCHIVE_LIMIT, limit_of(archive)
        for name, size, content in plain_files(archive):
            parts = posixpath.normpath(name).split("/")
            if any(is_hidden(part) for part in parts):
                continue
            path = archive.joinpath(*parts)
            folder = path if content is None else path.parent
            self._add(folder)
            if content is None:
                continue
            if not is_image(path.name):
                self._others[folder].add(path)
                continue
            left -= size
            if left < 0:
                limit = f"{_ARCHIVE_LIMIT >> 30} GiB"
                raise ValueError(f"{archive} holds more than {limit} of images; unpack it and name the folder")
            if _ARCHIVE_LIMIT - left > bound:  # told before it is read, of a sparse file or one of zeros
                raise too_much(f"images of {archive}", bound, "unpack it and name the folder")
            self._images[folder][path] = ImageFile(path, content())  # Of a name that comes twice, the last counts.

    def _add(self, folder: Path) -> None:
        if folder in self._folders:
            return
        self._add(folder.parent)
        self._folders[folder.parent].add(folder)
        self._folders[folder], self._images[folder], self._others[folder] = set(), {}, set()


def is_image(name: str) -> bool:
    """Whether a file is an image by its suffix."""
    return os.path.splitext(name)[1].lower() in SUFFIXES


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()  # A link may be a circle: no error.


def _aliases(folder: Path, names: set[str]) -> list[tuple[str, Path]]:
    """Those of the folders in a folder that are links to what is there anyway, and where they lead."""
    links = sorted(name for name in names if (folder / name).is_symlink())
    found, seen = [], [(folder / name).resolve() for name in names.difference(links)] if links else []
    for name in links:
        target = (folder / name).resolve()
        twice = any(target.is_relative_to(each) or each.is_relative_to(target) for each in seen)
        if leads_back(folder / name) or (twice and part_of(name) is None):
            found.append((name, target))
        else:
            seen.append(target)
    return found


def _path(file: ImageFile) -> Path:
    return file.path


def _raise(error: OSError) -> None:
    raise error
