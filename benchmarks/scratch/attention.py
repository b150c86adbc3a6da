"""From-scratch attention and encoder layer against the library's, forward and backward, as written and compiled.

Batches of 16 sequences of 64 places, 256 wide, 8 heads; attention without the weights it can give back, so that the
library takes its fused kernel. Measured twice, like ``scratch``: by wall time on the default threads, and by
CPU time on one thread.
"""

import sys
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import Tensor, nn

from benchmarks._table import NotApplicable, Row, show
from benchmarks.scratch.recurrent import passes
from benchmarks.scratch.scratch import Clock, both_ways, ratio
from benchmarks.training import transformers
from deepdive import scratch

BATCH, PLACES, WIDTH, HEADS = 16, 64, 256, 8
EAGER, COMPILED = 2.0, 1.25
"""Most time that ours may take, by the library's."""


class SelfAttention(nn.Module):
    """Attention of a sequence to itself."""

    def __init__(self, toolkit: Any) -> None:
        super().__init__()
        self.attention = toolkit.MultiheadAttention(WIDTH, HEADS, batch_first=True)

    def forward(self, x: Tensor) -> Tensor:
        return self.attention(x, x, x, need_weights=False)[0]


def encoder_layer(toolkit: Any) -> nn.Module:
    return toolkit.TransformerEncoderLayer(WIDTH, HEADS, 4 * WIDTH, dropout=0.0, batch_first=True)


LAYERS: dict[str, Callable[[Any], nn.Module]] = {
    "MultiheadAttention": SelfAttention,
    "TransformerEncoderLayer": encoder_layer,
}


def measured(how: str, clock: Clock) -> Iterator[Row]:
    torch.manual_seed(0)
    x = torch.randn(BATCH, PLACES, WIDTH, requires_grad=True)
    for name, make in LAYERS.items():
        library, own = make(nn), make(scratch)
        own.load_state_dict(library.state_dict())
        weights = list(own.parameters())
        theirs = passes(library, x, list(library.parameters()))
        yield ratio(f"{name}: scratch / library, {how}", passes(own, x, weights), theirs, EAGER, clock)
        compiled = passes(torch.compile(own, fullgraph=True), x, weights)
        yield ratio(f"{name}: compiled / library, {how}", compiled, theirs, COMPILED, clock)
    torch.compiler.reset()  # compiled code keeps the number of threads it was made for


def rows() -> Iterator[Row | NotApplicable]:
    """Of the layers, then of the networks that are made of attention."""
    yield from both_ways(measured)
    yield from transformers.rows()


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
