"""The folder where obtained files live, and the only ways a file gets into it."""

import hashlib
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

import platformdirs

from deepdive.data.progress import Progress, Report
from deepdive.data.sources.base import BROKEN_STREAM, CHUNK, File, SourceError, Stream
from deepdive.files import NotReplacedError, check_replaceable, writing


class CacheError(OSError):
    """The cache folder cannot be written: no space, no permission, or another process holds it."""


def cache_folder() -> Path:
    """The folder named by ``DEEPDIVE_CACHE``, else this user's cache folder for deepdive."""
    if override := os.environ.get("DEEPDIVE_CACHE"):
        return Path(override).expanduser().absolute()
    return Path(platformdirs.user_cache_dir("deepdive", appauthor=False))


@contextmanager
def locked(path: Path, report: Report | None = None, *, limit: float = 600.0) -> Iterator[None]:
    """Hold the lock file beside ``path``; wait at most ``limit`` seconds, and say so while waiting.

    Raises:
        CacheError: the folder cannot be written, or the lock is still held after ``limit`` seconds.

    """
    from filelock import FileLock, Timeout

    lock = FileLock(path.with_name(path.name + ".lock"))
    give_up = time.monotonic() + limit
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        check_replaceable(Path(lock.lock_file))
        while True:
            try:
                lock.acquire(timeout=min(1.0, limit), poll_interval=0.1)
                break
            except Timeout:
                if time.monotonic() > give_up:
                    raise CacheError(
                        f"waited {limit:.0f} s for another process that works on {path}; if there is none, "
                        f"remove {lock.lock_file}"
                    ) from None
                if report:
                    report(Progress(f"waiting for another process that works on {path}"))
    except CacheError:
        raise
    except OSError as error:
        raise cannot_write(path, error) from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def caching(target: Path) -> Iterator[BinaryIO]:
    """A file of the cache, open for writing, see `deepdive.files.writing`; its folder is made where there is none.

    Raises:
        CacheError: writing failed; the message names the file and what to do.

    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        with writing(target) as file:
            yield file
    except OSError as error:
        raise cannot_write(target, error) from error


def store(stream: Stream, file: File, folder: Path, report: Report | None = None) -> Path:
    """Copy a stream to ``folder / file.name`` if, and only if, its size and SHA-256 are those of ``file``.

    Never more than ``file.size`` bytes are written, whatever the stream holds.

    Raises:
        SourceError: the stream broke off or holds something else.
        CacheError: the copy cannot be written.

    """
    digest, done = hashlib.sha256(), 0
    with caching(folder / file.name) as copy:
        while chunk := _read(stream, file):
            done += len(chunk)
            if done > file.size:
                raise SourceError(f"{file.name} is longer than the {file.size:,} bytes it should have")
            digest.update(chunk)
            copy.write(chunk)
            if report:
                report(Progress(file.name, done, file.size))
        if done < file.size:
            raise SourceError(f"{file.name} ends after {done:,} of {file.size:,} bytes")
        if digest.hexdigest() != file.sha256:
            raise SourceError(f"{file.name} has SHA-256 {digest.hexdigest()} instead of {file.sha256}")
    return folder / file.name


def _read(stream: Stream, file: File) -> bytes:
    try:
        return stream.read(CHUNK)
    except BROKEN_STREAM as error:
        raise SourceError(f"{file.name} cannot be read: {error}") from error


def cannot_write(path: Path, error: OSError) -> CacheError:
    """The error to raise where writing ``path`` failed."""
    if isinstance(error, NotReplacedError):
        return CacheError(f"cannot write {error.filename}: it {error.strerror}. Remove it")
    return CacheError(
        f"cannot write {path}: {error.strerror or error}. Free some space, or set DEEPDIVE_CACHE to a folder "
        "that you may write to"
    )
