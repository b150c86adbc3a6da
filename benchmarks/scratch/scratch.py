"""From-scratch LeNet against the library's, forward and backward on batches of 128, as written and compiled.

Measured twice: by wall time on the default threads, which is what a user waits for, and by CPU time on one thread,
which does not jump by whole slices of the scheduler when other programs want the cores.
"""

import statistics
import sys
import time
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from benchmarks._table import Row, show
from deepdive import scratch
from deepdive.models import LeNet

PAIRS, REPEATS = 15, 10
Clock = Callable[[], float]


def passes(network: Callable[[Tensor], Tensor], loss: nn.Module, x: Tensor, y: Tensor) -> Callable[[], None]:
    def run() -> None:
        for _ in range(REPEATS):
            loss(network(x), y).backward()

    return run


def taken(work: Callable[[], None], clock: Clock) -> float:
    began = clock()
    work()
    return (clock() - began) / REPEATS


def ratio(name: str, ours: Callable[[], None], theirs: Callable[[], None], target: float, clock: Clock) -> Row:
    ours()
    theirs()
    pairs = [(taken(ours, clock), taken(theirs, clock)) for _ in range(PAIRS)]
    mine, other = (statistics.median(side) for side in zip(*pairs, strict=True))
    return Row(name, mine, other, statistics.median(a / b for a, b in pairs), target, higher_is_better=False)


def measured(how: str, clock: Clock) -> Iterator[Row]:
    torch.manual_seed(0)
    x, y = torch.randn(128, 1, 28, 28), torch.randint(10, (128,))
    for name, modern in (("LeNet", False), ("LeNet --modern", True)):
        library, own = LeNet(modern=modern), LeNet(modern=modern, nn=scratch)
        own.load_state_dict(library.state_dict())
        theirs = passes(library, nn.CrossEntropyLoss(), x, y)
        eager = passes(own, scratch.CrossEntropyLoss(), x, y)
        yield ratio(f"{name}: scratch / library, {how}", eager, theirs, 6.0, clock)
        compiled = passes(torch.compile(own, fullgraph=True), scratch.CrossEntropyLoss(), x, y)
        yield ratio(f"{name}: compiled / library, {how}", compiled, theirs, 1.5, clock)
    torch.compiler.reset()  # compiled code keeps the number of threads it was made for


def both_ways(rows: Callable[[str, Clock], Iterator[Row]]) -> Iterator[Row]:
    """Rows by wall time on the default threads, and by CPU time on one."""
    yield from rows("wall", time.perf_counter)
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield from rows("one thread", time.thread_time)
    finally:
        torch.set_num_threads(threads)


def rows() -> Iterator[Row]:
    return both_ways(measured)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
