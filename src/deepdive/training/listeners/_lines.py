"""Files that grow by whole lines, also when the process is killed or the disk is full."""

import contextlib
import errno
import os
from io import FileIO
from pathlib import Path

from deepdive.files import plain_only


class LineFile:
    """A file that grows by whole lines; only what ends in a line feed counts, the rest is a torn line.

    Every line is one unbuffered write, so a killed process loses at most the line it was writing. What is no plain
    file, such as a link or a device, is refused when it is to be opened, see `deepdive.files.plain_only`.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._file: FileIO | None = None
        self.count, self._size = self._measure()

    def open(self) -> FileIO:
        """Open for appending and cut off a torn last line; the second time only the open file."""
        if self._file is None:
            self._file = FileIO(self.path, "ab", opener=plain_only)
            self.count, self._size = self._measure()
            if self._size < os.fstat(self._file.fileno()).st_size:
                self._file.truncate(self._size)
        return self._file

    def append(self, line: str) -> None:
        """Add one line, whole or not at all.

        Raises:
            OSError: naming the file and the line, e.g. on a full disk; the lines before it stay whole.
        """
        file, data = self.open(), line.encode() + b"\n"
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
        if not self.path.is_file():
            return
        with open(self.path, "rb+", opener=plain_only) as file:
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
        if not self.path.is_file():  # not yet there, or refused when it is opened
            return 0, 0
        data = self.path.read_bytes()
        return data.count(b"\n"), data.rfind(b"\n") + 1
