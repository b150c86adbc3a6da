"""What a from-scratch part costs: its CPU time by its twin's."""

import contextlib
import math
import statistics
import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch import nn

from deepdive.proofs.nests import differentiable


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Threads that wait for a core make times jump by whole slices of the scheduler."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


def one_pass(module: Callable[..., Any], inputs: list[Any], parameters: list[nn.Parameter]) -> Callable[[], None]:
    """One run forward and backward; gradients are not added up, which would cost both sides the same."""
    leaves = differentiable(inputs) + parameters

    def run() -> None:
        outputs = module(*inputs)
        if leaves:
            ys = differentiable(outputs)
            torch.autograd.grad(ys, leaves, [torch.ones_like(y) for y in ys])

    return run


def time_ratio(ours: Callable[[], object], theirs: Callable[[], object], pairs: int = 15) -> float:
    """The median of our CPU time by theirs, run in turn; each is repeated to last a millisecond or more."""
    ours()
    theirs()
    repeats = max(1, math.ceil(1e-3 / max(seconds(theirs, 1), 1e-7)))
    return statistics.median(seconds(ours, repeats) / seconds(theirs, repeats) for _ in range(pairs))


def seconds(work: Callable[[], object], repeats: int) -> float:
    """CPU time of this thread, which does not pass while other programs have the core."""
    began = time.thread_time()
    for _ in range(repeats):
        work()
    return time.thread_time() - began
