"""Reading archives without ever leaving the folder they are unpacked into."""

import errno
import lzma
import posixpath
import shutil
import struct
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path
from typing import Any, BinaryIO, cast

from deepdive.data.sources.base import CHUNK, Stream
from deepdive.data.sources.packed import OPENERS
from deepdive.data.sources.walking import DEEPEST

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tar.xz", ".txz")
"""Endings of the names of archives that users have."""

_COPY_LIMIT = 64 << 30
_LONGEST_LINK = 4096
_END = 1024  # A tar file ends in so many zeros; tarfile takes one that is cut between two members for complete.


class ArchiveError(ValueError):
    """An archive is damaged, lacks a member, or holds one that has no place in a data set."""


@dataclass(frozen=True, slots=True)
class _Member:
    """One entry of an archive; ``content`` is ``None`` for folders and whatever else is no plain file."""

    name: str
    kind: str
    size: int
    content: Stream | None
    target: str = ""
    """Of a link: the name of what it leads to."""


def read_members(archive: Path, wanted: Collection[str]) -> Iterator[tuple[str, Stream]]:
    """The content of the ``wanted`` members of a .zip, .whl, .deb or (compressed) .tar file, as streams.

    Nothing is unpacked, so the other members do not matter. Read each stream before asking for the next.

    Raises:
        ArchiveError: a wanted member is missing or no plain file, or the archive is damaged.

    """
    missing = {posixpath.normpath(name): name for name in wanted}
    with _opened(archive) as members:
        for member in members:
            name = missing.pop(posixpath.normpath(member.name), None)
            if name is None:
                continue
            if member.content is None:
                raise ArchiveError(f"{archive.name}: member {member.name!r} is a {member.kind}, not a file")
            yield name, member.content
            if not missing:
                return
    raise ArchiveError(f"{archive.name} has no member {', '.join(sorted(missing.values()))}")


def is_archive(path: Path) -> bool:
    """Whether a file is an archive by its name, see `SUFFIXES`."""
    return path.name.lower().endswith(SUFFIXES) and path.is_file()


def plain_files(archive: Path) -> Iterator[tuple[str, int, Callable[[], bytes] | None]]:
    """Name, length and content of every file in an archive in their order; folders have ``None`` for content.

    Ask for a content before the next file, or not at all: it is read only then. Links to files in the archive come
    last, as files; where one leads elsewhere, asking for its content is an error. Devices are left out.

    Raises:
        ArchiveError: the archive is damaged, encrypted or none, or members lie deeper than 100 folders.

    """
    links: dict[str, _Member] = {}
    with _opened(archive) as members:
        for member in members:
            if member.name.count("/") > DEEPEST or member.name.count("\\") > DEEPEST:
                raise ArchiveError(
                    f"{archive.name}: members must lie at most {DEEPEST} folders deep, got {member.name[:40]!r}..."
                )
            if member.kind == "link":
                links[posixpath.normpath(member.name)] = member
                continue
            links.pop(posixpath.normpath(member.name), None)  # As in unpacking, the last of a name counts.
            if member.kind == "folder":
                yield member.name, 0, None
            elif member.content is not None:
                yield member.name, member.size, partial(_content, archive, member.content)
    if links:
        yield from _linked_files(archive, links)


def _linked_files(archive: Path, links: dict[str, _Member]) -> Iterator[tuple[str, int, Callable[[], bytes]]]:
    """What links lead to, found in a second pass: the first may read a stream that cannot go back."""
    names: dict[str, list[str]] = {}
    for link in links.values():
        target, passed = posixpath.normpath(link.target), 0
        while target in links and passed < len(links):
            target, passed = posixpath.normpath(links[target].target), passed + 1
        names.setdefault(target, []).append(link.name)
    found = set[str]()
    with _opened(archive) as members:
        for member in members:
            target = posixpath.normpath(member.name)
            if member.content is not None and target in names:
                found.add(target)
                content = cache(partial(_content, archive, member.content))
                yield from ((name, member.size, content) for name in names[target])
    for target in names.keys() - found:
        yield from ((name, 0, partial(_refuse_link, archive, name, target)) for name in names[target])


def _refuse_link(archive: Path, name: str, target: str) -> bytes:
    raise ArchiveError(f"{archive.name}: member {name!r} is a link to {target!r}, which is no file in the archive")


def unpack(archive: Path, folder: Path, *, max_bytes: int = _COPY_LIMIT) -> None:
    """Unpack a .zip, .whl, .deb or (compressed) .tar file below ``folder``: plain files and folders only.

    A member whose name leads out of the folder, or that is a link or a device, is refused before it is written.
    The members before it stay: unpack into a temporary folder, and keep it if this returns.

    Raises:
        ArchiveError: such a member, by name; more than ``max_bytes`` of content; a damaged archive.

    """
    with _opened(archive) as members:
        for member in members:
            parts = member.name.replace("\\", "/").split("/")
            if ".." in parts or member.name[:1] in "/\\" or ":" in parts[0]:
                raise ArchiveError(f"{archive.name}: member {member.name!r} would lie outside of the folder")
            target = folder.joinpath(*parts)
            if member.kind == "folder":
                target.mkdir(parents=True, exist_ok=True)
            elif member.content is None:
                raise ArchiveError(f"{archive.name}: member {member.name!r} is a {member.kind}; not unpacked")
            else:
                max_bytes -= member.size
                if max_bytes < 0:
                    raise ArchiveError(f"{archive.name}: unpacked, it is larger than allowed")
                target.parent.mkdir(parents=True, exist_ok=True)
                with target.open("wb") as copy:
                    shutil.copyfileobj(member.content, copy)


def _content(archive: Path, stream: Stream) -> bytes:
    with _told(archive):
        return stream.read()


@contextmanager
def _opened(archive: Path) -> Iterator[Iterator[_Member]]:
    with _told(archive):
        if archive.suffix.lower() in {".zip", ".whl"}:
            with zipfile.ZipFile(archive) as opened:
                yield _zip_members(opened)
        elif archive.suffix == ".deb":
            with _deb_content(archive) as content:
                yield _tar_members(content)
        else:
            with _decompressed(archive) as content:
                yield _tar_members(content)


@contextmanager
def _told(archive: Path) -> Iterator[None]:
    """Whatever the standard library raises for a bad archive, as one kind of error with the archive's name."""
    try:
        yield
    except ArchiveError:
        raise
    except RecursionError as error:  # Of tarfile, for headers that each announce another one.
        raise ArchiveError(f"{archive.name} is damaged: its headers are nested too deep") from error
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError, struct.error) as error:
        raise ArchiveError(f"{archive.name} is damaged: {error}") from error
    except (ValueError, OverflowError, IndexError) as error:  # Numbers and names in headers that cannot be.
        raise ArchiveError(f"{archive.name} is damaged: {error}") from error
    except OSError as error:
        if error.errno not in (None, errno.EINVAL):
            raise
        # Of gzip and bz2, or of a place in a zip file before its beginning.
        raise ArchiveError(f"{archive.name} is damaged: {error.strerror or error}") from error
    except RuntimeError as error:  # Of zipfile: it wants a password, or does not know the method.
        raise ArchiveError(f"{archive.name} cannot be read: {error}") from error


@contextmanager
def _deb_content(archive: Path) -> Iterator[Any]:
    """The tar file inside a Debian package."""
    command = ["dpkg-deb", "--fsys-tarfile", str(archive)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL) as process:
        try:
            if process.stdout is not None:
                yield process.stdout
        finally:
            process.kill()  # The rest of a large package is not worth unpacking.


@contextmanager
def _decompressed(archive: Path) -> Iterator[Stream]:
    """The tar file inside a compressed one, with every checksum tested: tarfile's own streams do without."""
    with archive.open("rb") as raw:
        head = raw.read(6)
    opener = next((opener for magic, opener in OPENERS.values() if head.startswith(magic)), open)
    with opener(archive, "rb") as stream:
        yield stream


class _Watched:
    """A stream that remembers how it ended."""

    def __init__(self, stream: Stream) -> None:
        self._stream = stream
        self.tail = b""

    def read(self, size: int = -1, /) -> bytes:
        content = self._stream.read(size)
        self.tail = (self.tail + content)[-_END:]
        return content


def _tar_members(content: Stream) -> Iterator[_Member]:
    watched = _Watched(content)
    with tarfile.open(fileobj=cast(BinaryIO, watched), mode="r|") as opened:
        for info in opened:
            special = "link" if info.issym() or info.islnk() else "device"
            kind = "folder" if info.isdir() else "file" if info.isreg() else special
            # A hard link has the name of a member, a symbolic one is read from where it lies.
            target = info.linkname if info.islnk() else _beside(info.name, info.linkname) if info.issym() else ""
            yield _Member(info.name, kind, info.size, opened.extractfile(info) if kind == "file" else None, target)
    while watched.read(CHUNK):
        pass  # To the end: only there are checksums tested.
    if watched.tail != bytes(_END):
        raise tarfile.ReadError("it is cut off")


def _zip_members(opened: zipfile.ZipFile) -> Iterator[_Member]:
    # Some programs on Windows separate folders as that system does, where no file has such a name. Of members of one
    # name, as updates leave them, the last counts.
    names = [(info.filename.replace("\\", "/"), info) for info in opened.infolist()]
    last = {posixpath.normpath(name): (name, info) for name, info in names}
    for name, info in last.values():
        if info.flag_bits & 1:
            raise RuntimeError(f"members must not be encrypted, got {name!r}")
        # The upper half of the attributes holds the Unix mode; 0o12 is the type of a symbolic link.
        kind = "folder" if name.endswith("/") else "link" if info.external_attr >> 28 == 0o12 else "file"
        if kind == "link" and info.file_size <= _LONGEST_LINK:
            target = _beside(name, opened.read(info).decode(errors="surrogateescape"))
            yield _Member(name, kind, 0, None, target)
        else:
            yield _Member(name, kind, info.file_size, opened.open(info) if kind == "file" else None)


def _beside(name: str, target: str) -> str:
    """The name of a member that a symbolic link leads to."""
    return posixpath.join(posixpath.dirname(name), target)
