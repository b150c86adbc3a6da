"""Where picture files lie: below a folder, or in an archive, which is read once and never unpacked."""

import os
import posixpath
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from deepdive.data.parts import is_hidden
from deepdive.data.sources.archives import ArchiveError, plain_files
from deepdive.data.sources.walking import walk

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

    def loose(self, folder: Path) -> int:
        """How many pictures lie directly in a folder."""
        ...

    def holds(self, folder: Path) -> bool:
        """Whether there is a picture below a folder, however deep."""
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
            deeper = (is_picture(name) and not is_hidden(name) for names in self._names(folder) for name in names)
            self._holds[folder] = self.loose(folder) > 0 or any(deeper)
        return self._holds[folder]

    def find(self, folder: Path) -> Found:
        """See `Tree`.

        Raises:
            OSError: a folder may not be read; without this, its pictures would be missing and nobody would know.

        """
        pictures, others, links = [], 0, 0
        for parent, subfolders, names in walk(folder, onerror=_raise):
            subfolders[:] = [name for name in subfolders if not is_hidden(name)]
            links += sum((parent / name).is_symlink() for name in subfolders)
            seen = [name for name in names if not is_hidden(name)]
            here = [PictureFile(parent / name) for name in seen if is_picture(name)]
            others += len(seen) - len(here)
            pictures += here
        return Found(tuple(sorted(pictures, key=_path)), others, links)

    def _seen(self, folder: Path) -> tuple[list[Path], int]:
        """Folders and number of pictures directly in a folder."""
        if folder not in self._content:
            with os.scandir(folder) as entries:
                shown = [entry for entry in entries if not is_hidden(entry.name)]
            folders = {entry.name for entry in shown if _is_folder(entry)}
            pictures = sum(is_picture(entry.name) for entry in shown if entry.name not in folders)
            self._content[folder] = [folder / name for name in sorted(folders)], pictures
        return self._content[folder]

    def _names(self, folder: Path) -> Iterator[list[str]]:
        for _, subfolders, names in walk(folder):
            subfolders[:] = [name for name in subfolders if not is_hidden(name)]
            yield names


class ArchiveTree:
    """The pictures of a .zip or (compressed) .tar file, all read at once and kept as they are, encoded.

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

    def subfolders(self, folder: Path) -> list[Path]:
        """See `Tree`."""
        return sorted(self._folders[folder])

    def loose(self, folder: Path) -> int:
        """See `Tree`."""
        return len(self._pictures[folder])

    def holds(self, folder: Path) -> bool:
        """See `Tree`."""
        return bool(self._pictures[folder]) or any(self.holds(inner) for inner in self._folders[folder])

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
            # Some programs on Windows separate folders as that system does; no file there has such a name.
            name = name.replace("\\", "/") if archive.suffix.lower() == ".zip" else name
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


def _is_folder(entry: os.DirEntry[str]) -> bool:
    return os.path.isdir(entry.path) if entry.is_symlink() else entry.is_dir()  # A link may be a circle: no error.


def _path(file: PictureFile) -> Path:
    return file.path


def _raise(error: OSError) -> None:
    raise error
