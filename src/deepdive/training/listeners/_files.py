"""Files that survive a crash: lines appended whole, and files replaced in one move."""

import contextlib
import errno
import os
from io import FileIO
from pathlib import Path


def write_atomically(path: Path, data: bytes) -> None:
    """Replace ``path`` by ``data`` in one move: a reader sees the old file or the new one, never half of it.

    Raises:
        OSError: naming ``path``, when the folder is missing, full or read-only; an old file stays as it was.
    """
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(data)
        os.replace(part, path)
    except OSError as error:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise OSError(error.errno, error.strerror, str(path)) from error


class LineFile:
    """A file that grows by whole lines; only what ends in a line feed counts, the rest is a torn line.

    Every line is one unbuffered write, so a killed process loses at most the line it was writing.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._file: FileIO | None = None
        self.count, self._size = self._measure()

    def open(self) -> None:
        """Open for appending and cut off a torn last line; opening twice does nothing."""
        if self._file is None:
            self._file = FileIO(self.path, "ab")
            self.count, self._size = self._measure()
            if self._size < os.fstat(self._file.fileno()).st_size:
                self._file.truncate(self._size)

    def append(self, line: str) -> None:
        """Add one line, whole or not at all.

        Raises:
            OSError: naming the file and the line, e.g. on a full disk; the lines before it stay whole.
        """
        self.open()
        file, data = self._file, line.encode() + b"\n"
        if file is None:  # open() has just set it; said for the type checker
            return
        try:
            if file.write(data) != len(data):  # a nearly full disk takes a part and reports no error
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError as error:
            with contextlib.suppress(OSError):
                file.truncate(self._size)
            message = f"cannot write line {self.count + 1}: {error.strerror}"
            raise OSError(error.errno, message, str(self.path)) from error
        self.count += 1
        self._size += len(data)

    def truncate(self, lines: int) -> None:
        """Keep the first ``lines`` lines and drop all that follows, a torn line included.

        Raises:
            ValueError: when ``lines`` is negative or the file holds fewer whole lines.
        """
        if lines < 0:
            raise ValueError(f"lines must be 0 or more, got {lines}")
        self.count, self._size = self._measure()
        if self.count < lines:
            raise ValueError(
                f"{self.path} holds {self.count} whole lines, so it cannot keep the first {lines}: lines are missing"
            )
        if not self.path.exists():
            return
        with self.path.open("rb+") as file:
            for _ in range(lines):
                file.readline()
            self.count, self._size = lines, file.tell()
            file.truncate(self._size)
            os.fsync(file.fileno())

    def sync(self) -> None:
        """Wait until all lines are on the disk."""
        if self._file is not None:
            os.fsync(self._file.fileno())

    def close(self) -> None:
        """Close the file; it opens again on the next line."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _measure(self) -> tuple[int, int]:
        """Whole lines in the file and the bytes they take."""
        if not self.path.exists():
            return 0, 0
        data = self.path.read_bytes()
        return data.count(b"\n"), data.rfind(b"\n") + 1
