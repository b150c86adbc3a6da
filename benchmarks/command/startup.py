"""What the command line costs before it does anything, and ``import deepdive`` on top of torch.

In seconds of the processor, user and system: where others compute, too, the time on the clock is theirs as well.
"""

import os
import statistics
import subprocess
import sys
from collections.abc import Iterator

from benchmarks._table import Row, show

COMMANDS = (["--help"], ["list"], ["data", "list"])


def run(*words: str) -> float:
    """Processor time of a Python process and what it started."""
    before = os.times()
    subprocess.run([sys.executable, *words], check=True, stdout=subprocess.DEVNULL)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def rows() -> Iterator[Row]:
    for command in COMMANDS:
        run("-m", "deepdive.cli", *command)
        taken = statistics.median(run("-m", "deepdive.cli", *command) for _ in range(5))
        yield Row(f"deepdive {' '.join(command)}, processor time", taken, None, taken, 0.5, higher_is_better=False)
    pairs = [(run("-c", "import torch, deepdive"), run("-c", "import torch")) for _ in range(6)][1:]
    both, alone = (statistics.median(side) for side in zip(*pairs, strict=True))
    extra = statistics.median(ours - theirs for ours, theirs in pairs)
    yield Row("import deepdive on top of import torch, processor time", both, alone, extra, 0.1, higher_is_better=False)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
