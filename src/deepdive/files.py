"""Every file that is written here: whole or not there, and never through a link. Beside it, JSON of others.

A file is first written under a random name, which nothing has, in the folder of its own, and then given its name in one
step. Links, devices, pipes and folders are refused, also by files that grow (`plain_only`). The folder that a user
chooses, such as that of all run folders, may be a link. What a killed process has left under a random name, the next
one that writes into the folder removes.
"""

import contextlib
import errno
import json
import os
import re
import secrets
import stat
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, BinaryIO

try:
    import fcntl
except ImportError:  # Windows, where a file that is open cannot be deleted
    fcntl = None

_TEMPORARY = re.compile(r"\.deepdive-[0-9a-f]{16}\.part")
_NOT_THROUGH_LINKS = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0)
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | _NOT_THROUGH_LINKS | _BINARY
_KINDS = {
    stat.S_IFLNK: "a symbolic link",
    stat.S_IFDIR: "a folder",
    stat.S_IFCHR: "a device",
    stat.S_IFBLK: "a device",
    stat.S_IFIFO: "a pipe",
    stat.S_IFSOCK: "a socket",
}


def write_atomically(path: Path, content: bytes | str, *, replace: bool = True) -> None:
    """Write a file so that at every moment, also after a kill or a full disk, the old or the new one is there, whole.

    Raises:
        FileExistsError: there is something that is no plain file, or without ``replace`` anything.
        OSError: the folder is missing, read-only or full; names the file, and leaves the old one as it was.
    """
    data = content.encode() if isinstance(content, str) else content
    try:
        with writing(path, replace=replace) as file:
            file.write(data)
    except NotReplacedError:
        raise
    except OSError as error:
        kept = "; the file there before is unchanged" if path.exists() else ""
        raise OSError(error.errno, f"cannot write: {error.strerror}{kept}", str(path)) from error


class NotReplacedError(FileExistsError):
    """Something is in the way of a file, and is left as it is."""


@contextlib.contextmanager
def writing(path: Path, *, replace: bool = True) -> Iterator[BinaryIO]:
    """A new file beside ``path``, open for writing, which gets this name if the block succeeds and else is removed.

    A file that is replaced hands on its permissions.

    Raises:
        NotReplacedError: see `check_replaceable`.
        OSError: it cannot be written.
    """
    check_replaceable(path, replace=replace)
    _remove_stale_once(path.parent)
    temporary, descriptor = _temporary_in(path.parent, _permissions(path))
    try:
        with open(descriptor, "wb") as file:
            yield file
            file.flush()
            os.fsync(file.fileno())
            if fcntl is None:
                file.close()  # only then can it get another name
            _give_name(temporary, path, replace=replace)
    except BaseException:
        with contextlib.suppress(OSError):  # whatever is wrong with the folder, the first error is the one to tell
            temporary.unlink()
        raise


def check_replaceable(path: Path, *, replace: bool = True) -> None:
    """Check that a file can be written there: nothing is, or with ``replace`` a plain file.

    Raises:
        NotReplacedError: there is a link, a device, a pipe, a socket or a folder, or without ``replace`` a file.
    """
    kind = kind_of(path)
    if kind is not None and kind != "a file":
        raise NotReplacedError(errno.EEXIST, f"must be a plain file, got {kind}", str(path))
    if kind is not None and not replace:
        raise NotReplacedError(errno.EEXIST, "must be a new file, got one that exists", str(path))


def kind_of(path: Path) -> str | None:
    """What is there, links not followed: "a file", "a symbolic link", ...; ``None`` for nothing."""
    try:
        return _KINDS.get(stat.S_IFMT(os.lstat(path).st_mode), "a file")
    except (FileNotFoundError, NotADirectoryError):
        return None


def plain_only(path: str | Path, flags: int) -> int:
    """An opener for ``open``: plain files only; of one with several names (hard links), this name gets its own copy.

    Raises:
        NotReplacedError: there is a link, a device, a pipe, a socket or a folder.
    """
    check_replaceable(Path(path))  # for its words; between here and there only the system can see
    wait = getattr(os, "O_NONBLOCK", 0)  # nobody may be at the other end of a pipe
    descriptor = os.open(path, flags | _NOT_THROUGH_LINKS | _BINARY | wait, 0o666)
    try:
        found = os.fstat(descriptor)
        if not stat.S_ISREG(found.st_mode):
            kind = _KINDS.get(stat.S_IFMT(found.st_mode), "something else")
            raise NotReplacedError(errno.EEXIST, f"must be a plain file, got {kind}", str(path))
        if found.st_nlink < 2 or not flags & (os.O_WRONLY | os.O_RDWR):
            return descriptor
    except BaseException:
        os.close(descriptor)
        raise
    os.close(descriptor)
    write_atomically(Path(path), Path(path).read_bytes())
    return plain_only(path, flags)


def make_folder(root: Path, *names: str) -> Path:
    """Make ``root`` and the folders below it, each in the one before, where they are not there; and give the last one.

    Where ``root`` lies is the user's choice, and may be a link; what is below is ours.

    Raises:
        NotReplacedError: one of ``names`` is a link, or no folder.
        OSError: a folder cannot be made.
    """
    root.mkdir(parents=True, exist_ok=True)
    for name in names:
        root /= name
        with contextlib.suppress(FileExistsError):
            root.mkdir()
        if (kind := kind_of(root)) != "a folder":
            raise NotReplacedError(errno.EEXIST, f"must be a folder, got {kind}", str(root))
    return root


def remove_stale(folder: Path) -> None:
    """Remove what processes that were killed have left of files they were writing, below a folder of ours.

    What a living process writes stays: it holds a lock.
    """
    for parent, _, names in os.walk(folder):
        _remove_stale_of(Path(parent), names)


_LOOKED_THROUGH = set[str]()


def _remove_stale_once(folder: Path) -> None:
    """The same for a folder of the user's own, without those below it, before this process first writes there.

    Not without locks: what another process writes could not be told from what one has left.
    """
    place = os.path.realpath(folder)
    if fcntl is not None and place not in _LOOKED_THROUGH:
        _LOOKED_THROUGH.add(place)
        with contextlib.suppress(OSError):  # no such folder, or not for this user to read
            _remove_stale_of(folder, os.listdir(folder))


def _remove_stale_of(folder: Path, names: Iterable[str]) -> None:
    for name in filter(_TEMPORARY.fullmatch, names):
        path = folder / name
        with contextlib.suppress(OSError):  # of a living process, or of another user
            if fcntl is None:
                path.unlink()
                continue
            descriptor = os.open(path, os.O_RDWR | os.O_NONBLOCK | _NOT_THROUGH_LINKS)
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                if stat.S_ISREG(os.fstat(descriptor).st_mode):  # else it is none of ours
                    path.unlink()
            finally:
                os.close(descriptor)


def _permissions(path: Path) -> int | None:
    """Who may do what with the file that is there."""
    try:
        return os.lstat(path).st_mode & 0o777
    except (FileNotFoundError, NotADirectoryError):
        return None


def _temporary_in(folder: Path, permissions: int | None) -> tuple[Path, int]:
    """A new file of a random name, open and locked, that shows nobody else what the old one hides."""
    while True:
        path = folder / f".deepdive-{secrets.token_hex(8)}.part"
        descriptor = os.open(path, _NEW, 0o666 if permissions is None else permissions | 0o600)
        with contextlib.suppress(OSError):  # a file system without locks: nothing is removed there either
            if fcntl is not None:
                fcntl.flock(descriptor, fcntl.LOCK_EX)
        if path.exists():  # else it was taken for a stale one before it was locked
            return path, descriptor
        os.close(descriptor)


def _give_name(temporary: Path, path: Path, *, replace: bool) -> None:
    check_replaceable(path, replace=replace)  # again: the work may have taken hours
    if (permissions := _permissions(path)) is not None:
        os.chmod(temporary, permissions)
    if not replace:
        try:
            os.close(os.open(path, _NEW, 0o666))  # of several processes, one gets the name
        except FileExistsError:
            check_replaceable(path, replace=False)
            raise
    os.replace(temporary, path)


_DEPTH = 100
"""Settings, records and data sets are a few levels deep; what walks through them may call itself once per level."""


def read_json(path: Path) -> Any:
    """What a JSON file in UTF-8 holds.

    Raises:
        OSError: it cannot be read.
        ValueError: it is no JSON, or nested deeper than 100 levels; names the file.
    """
    try:
        return parse_json(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no JSON that is read here: {error}") from error


def parse_json(text: str | bytes) -> Any:
    """What a JSON text holds, so that no reader of it runs out of stack.

    Raises:
        ValueError: it is no JSON, nested deeper than 100 levels, or holds a whole number too long for Python.
    """
    problem = f"nesting must be at most {_DEPTH} levels deep"
    try:
        content = json.loads(text)
    except RecursionError:
        raise ValueError(f"{problem}, got more") from None
    except ValueError as error:
        if not (long := re.search(r"\((\d+) digits\).* value has (\d+) digits", str(error))):
            raise
        raise ValueError(f"numbers must have at most {long[1]} digits, got one of {long[2]}") from None
    level, depth = [content], 0
    while level := [each for each in level if isinstance(each, (dict, list))]:
        if (depth := depth + 1) > _DEPTH:
            raise ValueError(f"{problem}, got more")
        level = [item for each in level for item in (each.values() if isinstance(each, dict) else each)]
    return content
