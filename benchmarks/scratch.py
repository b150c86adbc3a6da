"""From-scratch LeNet against the library's, forward and backward on batches of 128, as written and compiled."""

import statistics
import sys
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from benchmarks._table import Row, seconds, show
from deepdive import scratch
from deepdive.models import LeNet

PAIRS, REPEATS = 15, 10


def passes(network: Callable[[Tensor], Tensor], loss: nn.Module, x: Tensor, y: Tensor) -> Callable[[], None]:
    def run() -> None:
        for _ in range(REPEATS):
            loss(network(x), y).backward()

    return run


def ratio(name: str, ours: Callable[[], None], theirs: Callable[[], None], target: float) -> Row:
    ours()
    theirs()
    taken = [(seconds(ours), seconds(theirs)) for _ in range(PAIRS)]
    mine, other = (statistics.median(side) / REPEATS for side in zip(*taken, strict=True))
    return Row(name, mine, other, statistics.median(a / b for a, b in taken), target, higher_is_better=False)


def rows() -> Iterator[Row]:
    torch.manual_seed(0)
    x, y = torch.randn(128, 1, 28, 28), torch.randint(10, (128,))
    for name, modern in (("LeNet", False), ("LeNet --modern", True)):
        library, own = LeNet(modern=modern), LeNet(modern=modern, nn=scratch)
        own.load_state_dict(library.state_dict())
        theirs = passes(library, nn.CrossEntropyLoss(), x, y)
        yield ratio(f"{name}: scratch / library", passes(own, scratch.CrossEntropyLoss(), x, y), theirs, 6.0)
        compiled = passes(torch.compile(own, fullgraph=True), scratch.CrossEntropyLoss(), x, y)
        yield ratio(f"{name}: compiled scratch / library", compiled, theirs, 1.5)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
