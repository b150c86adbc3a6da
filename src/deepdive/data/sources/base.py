"""What every source of files has in common."""

import gzip
import hashlib
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Protocol, cast, runtime_checkable

from deepdive.data.progress import Report

CHUNK = 1 << 18
"""Bytes read at a time."""

BROKEN_STREAM = (OSError, EOFError, zlib.error, lzma.LZMAError, tarfile.TarError, zipfile.BadZipFile)
"""What reading may raise where the data is damaged or the line breaks."""


@dataclass(frozen=True, slots=True)
class File:
    """One file of a data set, known by its content."""

    name: str
    """The name it has in the cache."""
    size: int
    """Length in bytes."""
    sha256: str
    """Checksum of the content, 64 hexadecimal digits."""


@runtime_checkable
class Stream(Protocol):
    """Bytes to be read in order, once."""

    def read(self, size: int = -1, /) -> bytes:
        """The next ``size`` bytes, fewer at the end; all of them by default."""
        ...


Streams = Generator[tuple[File, Stream], None, None]
"""Files with their content; closing it ends the work behind it."""


class SourceError(Exception):
    """A source cannot deliver; the text is the reason, to be read by a user."""


@runtime_checkable
class Source(Protocol):
    """Somewhere that files can be had from."""

    @property
    def label(self) -> str:
        """The source in a few words, e.g. its address."""
        ...

    def available(self, files: Sequence[File]) -> bool:
        """Whether a try makes sense, found out without a network and in no time."""
        ...

    def streams(self, files: Sequence[File], workspace: Path, report: Report | None = None) -> Streams:
        """The content of each file it has, in any order; each stream is read before the next is asked for.

        ``workspace`` is an empty folder for temporary files. Nothing is trusted: the receiver checks it all.

        Raises:
            SourceError: the source cannot be used, and why.

        """
        ...


def decompressed(stream: Stream, name: str, file: File) -> Stream:
    """The content of ``file`` in a stream called ``name``: unpacked on the fly if only that ends in ``.gz``."""
    if name.endswith(".gz") and not file.name.endswith(".gz"):
        return gzip.GzipFile(fileobj=cast(BinaryIO, stream))  # It is read from start to end and never rewound.
    return stream


def is_intact(path: Path, file: File) -> bool:
    """Whether the content at ``path`` has the size and the SHA-256 of ``file``; gzipped under ``.gz``.

    The whole file is read each time: about a millisecond per megabyte, and it needs no notes that could lie.
    """
    digest, done = hashlib.sha256(), 0
    try:
        if path.name == file.name and path.stat().st_size != file.size:
            return False
        with path.open("rb") as raw:
            stream = decompressed(raw, path.name, file)
            while done <= file.size and (chunk := stream.read(CHUNK)):
                digest.update(chunk)
                done += len(chunk)
    except BROKEN_STREAM:
        return False
    return done == file.size and digest.hexdigest() == file.sha256
