"""Where picture files lie: below a folder, or in an archive, which is read once and never unpacked."""

import os
import posixpath
from collections.abc import Collection
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from deepdive.data.sources.archives import ArchiveError, plain_files

SUFFIXES = frozenset(".bmp .gif .jpeg .jpg .pbm .pgm .png .ppm .tif .tiff .webp".split())
"""Files with another suffix are left aside, as are hidden ones: they are thumbnails, notes, file lists."""

_ARCHIVE_LIMIT = 4 << 30


@dataclass(frozen=True, slots=True)
class PictureFile:
    """One file; where it lies in an archive, what it holds, and its path has the archive for a folder."""

    path: Path
    content: bytes | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Found:
    """What there is below a folder, however deep; hidden files and folders do not count."""

    pictures: tuple[PictureFile, ...]
    """Sorted by path."""
    others: int
    """Files that are no pictures by their suffix."""
    links: int
    """Links to folders; they are not followed, as they may lead in circles."""


@runtime_checkable
class Tree(Protocol):
    """Folders that can be looked into, whatever holds them."""

    @property
    def root(self) -> Path:
        """The folder that all others lie in."""
        ...

    def subfolders(self, folder: Path) -> list[Path]:
        """The folders directly in a folder, sorted."""
        ...

    def loose(self, folder: Path) -> bool:
        """Whether pictures lie directly in a folder."""
        ...

    def find(self, folder: Path) -> Found:
        """All pictures below a folder."""
        ...


class FolderTree:
    """A folder of this machine. Its sub-folders and those of theirs may be links; deeper links are left alone.

    Raises:
        FileNotFoundError: no such folder.

    """

    def __init__(self, root: Path) -> None:
        if not root.is_dir():
            raise FileNotFoundError(f"no such folder: {root}")
        self.root = root

    def subfolders(self, folder: Path) -> list[Path]:
        """See `Tree`."""
        return sorted(entry for entry in folder.iterdir() if entry.is_dir() and not is_hidden(entry.name))

    def loose(self, folder: Path) -> bool:
        """See `Tree`."""
        return any(is_picture(path.name) for path in folder.iterdir() if path.is_file())

    def find(self, folder: Path) -> Found:
        """See `Tree`.

        Raises:
            OSError: a folder may not be read; without this, its pictures would be missing and nobody would know.

        """
        pictures, others, links = [], 0, 0
        for parent, subfolders, names in os.walk(folder, onerror=_raise):
            subfolders[:] = [name for name in subfolders if not is_hidden(name)]
            links += sum(os.path.islink(os.path.join(parent, name)) for name in subfolders)
            seen = [name for name in names if not is_hidden(name)]
            here = [PictureFile(Path(parent, name)) for name in seen if is_picture(name)]
            others += len(seen) - len(here)
            pictures += here
        return Found(tuple(sorted(pictures, key=_path)), others, links)


class ArchiveTree:
    """The pictures of a .zip or (compressed) .tar file, all read at once and kept as they are, encoded.

    Where everything lies in one folder that is no class and no part of the data, as archives often have it, that
    folder is the root.

    Raises:
        FileNotFoundError: no such file.
        ValueError: the archive is damaged, or holds more than 4 GiB of pictures.

    """

    def __init__(self, archive: Path) -> None:
        if not archive.is_file():
            raise FileNotFoundError(f"no such file: {archive}")
        self.root = archive
        self._folders: dict[Path, set[Path]] = {archive: set()}
        self._pictures: dict[Path, list[PictureFile]] = {archive: []}
        self._others: dict[Path, int] = {archive: 0}
        try:
            self._read(archive)
        except ArchiveError as error:
            raise ValueError(f"{archive.parent / str(error)}") from error

    def unwrapped(self, keep: Collection[str] = ()) -> "ArchiveTree":
        """The same with its only folder as root, while there is but one and its name is not one to ``keep``."""
        while len(inner := self.subfolders(self.root)) == 1 and not self.loose(self.root):
            if inner[0].name.lower() in keep or not self.subfolders(inner[0]):
                break
            self.root = inner[0]
        return self

    def subfolders(self, folder: Path) -> list[Path]:
        """See `Tree`."""
        return sorted(self._folders[folder])

    def loose(self, folder: Path) -> bool:
        """See `Tree`."""
        return bool(self._pictures[folder])

    def find(self, folder: Path) -> Found:
        """See `Tree`."""
        pictures, others, folders = [], 0, [folder]
        while folders:
            here = folders.pop()
            pictures += self._pictures[here]
            others += self._others[here]
            folders += self._folders[here]
        return Found(tuple(sorted(pictures, key=_path)), others, 0)

    def _read(self, archive: Path) -> None:
        left = _ARCHIVE_LIMIT
        for name, size, content in plain_files(archive):
            parts = posixpath.normpath(name).split("/")
            if any(is_hidden(part) for part in parts):
                continue
            path = archive.joinpath(*parts)
            folder = path if content is None else path.parent
            self._add(folder)
            if content is None:
                continue
            if not is_picture(path.name):
                self._others[folder] += 1
                continue
            left -= size
            if left < 0:
                limit = f"{_ARCHIVE_LIMIT >> 30} GiB"
                raise ValueError(f"{archive} holds more than {limit} of pictures; unpack it and name the folder")
            self._pictures[folder].append(PictureFile(path, content()))

    def _add(self, folder: Path) -> None:
        if folder in self._folders:
            return
        self._add(folder.parent)
        self._folders[folder.parent].add(folder)
        self._folders[folder], self._pictures[folder], self._others[folder] = set(), [], 0


def is_picture(name: str) -> bool:
    """Whether a file is a picture by its suffix."""
    return os.path.splitext(name)[1].lower() in SUFFIXES


def is_hidden(name: str) -> bool:
    """Whether a file or folder is hidden, or what a Mac adds to archives."""
    return name.startswith(".") or name == "__MACOSX"


def _path(file: PictureFile) -> Path:
    return file.path


def _raise(error: OSError) -> None:
    raise error
