"""Reading a Parquet file on trial: a program by itself that imports nothing of the library, so that it starts fast."""

import os
import sys
from contextlib import suppress
from pathlib import Path

import polars as pl

REFUSED = 3
"""The status that tells that a file cannot be read, unlike that of an interpreter that cannot run this."""


def read(path: Path | str) -> pl.DataFrame:
    """The whole file, read the same way on trial and in earnest; no letter of its name stands for others."""
    return pl.read_parquet(path, glob=False)


def _limit() -> None:
    """Take no more memory than the process that asks could, nor than the machine has, and leave no dump of it."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with suppress(ValueError, OSError):  # where a system has no such limit, or does not say what it has
        resource.setrlimit(resource.RLIMIT_CORE, (0, resource.getrlimit(resource.RLIMIT_CORE)[1]))
        for limit, column in ((resource.RLIMIT_AS, 0), (resource.RLIMIT_DATA, 5)):
            most, highest = resource.getrlimit(limit)
            if most != resource.RLIM_INFINITY:
                most = max(0, most - max(0, _taken(os.getppid(), column) - _taken(os.getpid(), column)))
            elif limit == resource.RLIMIT_DATA:
                most = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
            resource.setrlimit(limit, (most, highest))


def _taken(process: int, column: int) -> int:
    """Bytes that a process has, as a column of the kernel's table has it; none where there is no such table."""
    try:
        return int(Path(f"/proc/{process}/statm").read_text().split()[column]) * os.sysconf("SC_PAGE_SIZE")
    except OSError:
        return 0


def main(path: str) -> int:
    """Read a file, and where it cannot be read, say why: the kind of the error in a line, and what it says."""
    _limit()
    try:
        read(path)
    except BaseException as error:  # a panic is no ``Exception``
        sys.stdout.buffer.write(f"{type(error).__name__}\n{error}".encode(errors="replace"))
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
