"""A step of every from-scratch optimiser against ``torch.optim`` (foreach), on ResNet-18's parameters, one thread.

Medians of single steps, taken in turn. A step reads and writes all eleven million parameters several times: it is bound
by memory, and the number of passes over it is what tells two sides apart. Those that the library lacks are measured
against AdamW. LBFGS makes four iterations, by a closure that costs a copy; SparseAdam has a table of a million rows, of
which a step has a thousand; Muon the matrices of a transformer, because it takes no kernels.
"""

import statistics
import sys
from collections.abc import Callable, Iterator
from functools import partial
from itertools import count

import torch
from torch import nn

from benchmarks._table import NotApplicable, Row, seconds, show
from deepdive.models.vision import resnet18
from deepdive.scratch import optim

STEPS, SLOWEST = 7, 1.5
NAMES = (
    "SGD", "ASGD", "Rprop", "Adagrad", "RMSprop", "Adadelta", "Adam", "AdamW", "Adamax", "NAdam", "RAdam", "Adafactor",
    "LBFGS", "SparseAdam", "Muon",
)  # fmt: skip
MORE = {
    "SGD": {"momentum": 0.9, "weight_decay": 1e-4},
    "RMSprop": {"momentum": 0.9, "centered": True},
    "LBFGS": {"max_iter": 4, "history_size": 3, "lr": 0.1},
}
BEYOND = ("Yogi", "Lion", "SophiaG", "SGDScheduleFree", "AdamWScheduleFree")
WITHOUT_FOREACH = ("LBFGS", "SparseAdam", "Muon")


def parameters(name: str) -> list[nn.Parameter]:
    generator = torch.Generator().manual_seed(0)
    if name == "SparseAdam":
        table = nn.Parameter(torch.randn(1_000_000, 16, generator=generator))
        rows = torch.randint(len(table), (1, 1000), generator=generator)
        table.grad = torch.sparse_coo_tensor(rows, torch.randn(1000, 16), table.shape, check_invariants=True)
        return [table]
    if name == "Muon":
        thetas = [
            nn.Parameter(torch.randn(size, generator=generator)) for size in ((256, 256), (1024, 256), (256, 1024))
        ]
    else:
        thetas = list(resnet18(num_classes=1000).parameters())
    for theta in thetas:
        theta.grad = torch.randn(theta.shape, generator=generator) / 100
    return thetas


def step_of(make: Callable[..., torch.optim.Optimizer], name: str) -> Callable[[], object]:
    thetas = parameters(name)
    optimizer = make(thetas)
    if name != "LBFGS":
        return optimizer.step
    losses = count(0.0, -1.0)

    def closure() -> float:  # of a bowl, whose gradient is a copy
        torch._foreach_copy_([theta.grad for theta in thetas], [theta.detach() for theta in thetas])
        return next(losses)

    return partial(optimizer.step, closure)


def compared(name: str, title: str, ours: Callable[..., object], theirs: Callable[..., object]) -> Row:
    """Ours by theirs: the ratio of medians, after one step of each, which makes the state."""
    sides = [step_of(make, name) for make in (ours, theirs)]
    taken = [[seconds(step)] for step in sides]
    for i in range(STEPS):
        for j in (0, 1) if i % 2 else (1, 0):
            taken[j].append(seconds(sides[j]))
    mine, other = (statistics.median(times[1:]) for times in taken)
    return Row(title, mine, other, mine / other, SLOWEST, higher_is_better=False)


def rows() -> Iterator[Row | NotApplicable]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        for name in NAMES:
            title = f"step of {name}"
            if not hasattr(torch.optim, name):
                yield NotApplicable(title, f"torch {torch.__version__} has no {name}")
                continue
            more = MORE.get(name, {})
            foreach = {} if name in WITHOUT_FOREACH else {"foreach": True}
            theirs = partial(getattr(torch.optim, name), **more, **foreach)
            yield compared(name, title, partial(getattr(optim, name), **more), theirs)
        for name in BEYOND:
            theirs = partial(torch.optim.AdamW, foreach=True)
            yield compared(name, f"step of {name}, against AdamW", getattr(optim, name), theirs)
    finally:
        torch.set_num_threads(threads)


def main() -> int:
    return show(rows())


if __name__ == "__main__":
    sys.exit(main())
