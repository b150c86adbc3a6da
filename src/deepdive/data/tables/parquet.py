"""Reading Parquet files, damaged ones too, on which Polars ends the whole process."""

import re
import signal
import subprocess
import sys
from pathlib import Path

import polars as pl

from deepdive.data.tables import parquet_trial
from deepdive.panics import panics_told


def read_parquet(path: Path) -> pl.DataFrame:
    """The table of a Parquet file.

    Polars believes how many values a page says that it has. Where that is damaged, it asks for more memory than there
    can be and aborts, which nothing in the same process can catch, whichever of its engines reads. So another process
    reads the file first, and this one only what that one could read: of several damaged columns, the one that is come
    upon first decides how reading ends, another one each time. It costs the time of reading once more and of importing
    Polars, but no memory when the table is made here.

    Raises:
        ValueError: it cannot be read, or has no rows.

    """
    try:
        _try(path)
        with panics_told():
            frame = parquet_trial.read(path)
    except (pl.exceptions.PolarsError, OSError, ValueError) as error:
        raise ValueError(f"{path} is no whole Parquet file: {str(error).partition(chr(10))[0]}") from error
    if not frame.height:
        raise ValueError(f"{path} has no rows")
    return frame


def _try(path: Path) -> None:
    """Raise a ``ValueError`` if another process cannot read the file, or dies of it."""
    if not sys.executable or getattr(sys, "frozen", False):  # no interpreter that could be started
        return
    try:
        # -P: the modules beside the program are not what others import by such names.
        done = subprocess.run(
            [sys.executable, "-P", parquet_trial.__file__, str(path.absolute())],
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )
    except OSError:  # no process can be started
        return
    if done.returncode == parquet_trial.REFUSED:
        kind, _, why = done.stdout.decode().partition("\n")
        raise ValueError(f"its reader stopped at it: {why}" if kind == "PanicException" else why or kind)
    if not 0 <= done.returncode < 128:  # on Windows, a large one
        raise ValueError(f"its reader stopped at it: {_reason(done.returncode, done.stderr)}")


def _reason(status: int, said: bytes) -> str:
    if failed := re.search(rb"memory allocation of \d+ bytes failed", said):
        return f"{failed[0].decode()}; it is damaged, or too large for the memory here"
    return (status < 0 and signal.strsignal(-status)) or f"status {status}"
