"""One LeNet epoch on Fashion-MNIST, test pass included, against the way course code does it.

Each side is a program of its own, so that the second row also counts its imports and set-up.
"""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks._table import Row, seconds, show
from deepdive.data import fetch

PAIRS = 5


def run(module: str, folder: Path) -> tuple[float, float]:
    """Seconds of the epoch, as the program itself says, and of the whole program."""
    said = ""

    def work() -> None:
        nonlocal said
        command = [sys.executable, "-m", module, str(folder)]
        said = subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout

    whole = seconds(work)
    return float(said), whole


def rows() -> Iterator[Row]:
    data = next(iter(fetch("fashion-mnist").values())).parent
    pairs = []
    for _ in range(PAIRS):
        with tempfile.TemporaryDirectory() as folder:
            pairs.append((run("benchmarks.command._epoch", Path(folder)), run("benchmarks.command._course", data)))
    names = ("LeNet epoch against course code", "LeNet epoch against course code, imports and set-up included")
    for i, (name, target) in enumerate(zip(names, (2.0, 1.8), strict=True)):
        ours, theirs = [pair[0][i] for pair in pairs], [pair[1][i] for pair in pairs]
        ratio = statistics.median(other / mine for mine, other in zip(ours, theirs, strict=True))
        yield Row(name, statistics.median(ours), statistics.median(theirs), ratio, target)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
