"""The most memory that ``deepdive run lenet`` ever holds."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from benchmarks._table import Row, show


def peak_gib(*words: str) -> float:
    """Peak resident memory of one process."""
    process = subprocess.Popen([sys.executable, *words], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode not in (0, 1):  # one epoch may miss the target
        raise RuntimeError(f"{' '.join(words)} ended with status {process.returncode}")
    unit = 1 if sys.platform == "darwin" else 1024
    return usage.ru_maxrss * unit / 2**30


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as folder:
        peak = peak_gib("-m", "deepdive.cli", "run", "lenet", "--epochs", "1", "--runs", folder)
    yield Row("peak memory of deepdive run lenet", peak, None, peak, 1.5, higher_is_better=False, unit="GiB")


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
