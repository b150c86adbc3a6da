"""Reading archives without ever leaving the folder they are unpacked into."""

import lzma
import posixpath
import shutil
import subprocess
import tarfile
import zipfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from deepdive.data.sources.base import Stream

_COPY_LIMIT = 64 << 30


class ArchiveError(ValueError):
    """An archive is damaged, lacks a member, or holds one that has no place in a data set."""


@dataclass(frozen=True, slots=True)
class _Member:
    """One entry of an archive; ``content`` is ``None`` for folders and whatever else is no plain file."""

    name: str
    kind: str
    size: int
    content: Stream | None


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


@contextmanager
def _opened(archive: Path) -> Iterator[Iterator[_Member]]:
    try:
        if archive.suffix in {".zip", ".whl"}:
            with zipfile.ZipFile(archive) as opened:
                yield _zip_members(opened)
        elif archive.suffix == ".deb":
            with _deb_content(archive) as content, tarfile.open(fileobj=content, mode="r|") as opened:
                yield _tar_members(opened)
        else:
            with tarfile.open(archive, mode="r|*") as opened:
                yield _tar_members(opened)
    except (tarfile.TarError, zipfile.BadZipFile, zlib.error, lzma.LZMAError, EOFError) as error:
        raise ArchiveError(f"{archive.name} is damaged: {error}") from error


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


def _tar_members(opened: tarfile.TarFile) -> Iterator[_Member]:
    for info in opened:
        special = "link" if info.issym() or info.islnk() else "device"
        kind = "folder" if info.isdir() else "file" if info.isreg() else special
        yield _Member(info.name, kind, info.size, opened.extractfile(info) if kind == "file" else None)


def _zip_members(opened: zipfile.ZipFile) -> Iterator[_Member]:
    for info in opened.infolist():
        # The upper half of the attributes holds the Unix mode; 0o12 is the type of a symbolic link.
        kind = "folder" if info.is_dir() else "link" if info.external_attr >> 28 == 0o12 else "file"
        content = opened.open(info) if kind == "file" else None
        yield _Member(info.filename, kind, info.file_size, content)
