"""From-scratch recurrent layers against the library's, forward and backward, at the size of a 2x256 language model.

Batches of 32 sequences of 35 steps. Measured twice, like ``scratch``: by wall time on the default threads,
and by CPU time on one thread.
"""

import sys
from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from benchmarks._table import Row, show
from benchmarks.scratch.scratch import REPEATS, Clock, both_ways, ratio
from deepdive import scratch
from deepdive.proofs.timing import one_pass

STEPS, BATCH, WIDTH, LAYERS = 35, 32, 256, 2
KINDS = ("LSTM", "GRU", "RNN")


def passes(layer: Callable[[Tensor], object], x: Tensor, parameters: list[nn.Parameter]) -> Callable[[], None]:
    one = one_pass(layer, [x], parameters)

    def run() -> None:
        for _ in range(REPEATS):
            one()

    return run


def measured(how: str, clock: Clock) -> Iterator[Row]:
    torch.manual_seed(0)
    x = torch.randn(STEPS, BATCH, WIDTH, requires_grad=True)
    for name in KINDS:
        library, own = (getattr(toolkit, name)(WIDTH, WIDTH, LAYERS) for toolkit in (nn, scratch))
        own.load_state_dict(library.state_dict())
        weights = list(own.parameters())
        theirs = passes(library, x, list(library.parameters()))
        yield ratio(f"{name}: scratch / library, {how}", passes(own, x, weights), theirs, 4.0, clock)
        if name == "LSTM":  # the compiler writes out every step, which takes it a minute
            compiled = passes(torch.compile(own, fullgraph=True), x, weights)
            yield ratio(f"{name}: compiled / library, {how}", compiled, theirs, 1.5, clock)
    torch.compiler.reset()  # compiled code keeps the number of threads it was made for


def rows() -> Iterator[Row]:
    return both_ways(measured)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
