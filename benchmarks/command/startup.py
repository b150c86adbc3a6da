"""How long a user waits for the command line, and what ``import deepdive`` costs on top of torch."""

import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks._table import Row, seconds, show

COMMANDS = (["--help"], ["list"], ["data", "list"])


def run(*words: str) -> float:
    return seconds(lambda: subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL))


def rows() -> Iterator[Row]:
    for command in COMMANDS:
        run("-m", "deepdive.cli", *command)
        taken = statistics.median(run("-m", "deepdive.cli", *command) for _ in range(5))
        yield Row(f"deepdive {' '.join(command)}", taken, None, taken, 0.5, higher_is_better=False)
    pairs = [(run("-c", "import torch, deepdive"), run("-c", "import torch")) for _ in range(6)][1:]
    both, alone = (statistics.median(side) for side in zip(*pairs, strict=True))
    extra = statistics.median(ours - theirs for ours, theirs in pairs)
    yield Row("import deepdive on top of import torch", both, alone, extra, 0.1, higher_is_better=False)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
