"""A last batch of one example, of which batch normalisation cannot take a variance."""

from collections.abc import Iterator
from itertools import islice

import torch
from torch import nn

from deepdive.data.types import Batch, Loader


class WithoutLastBatch:
    """A loader without the last batch of each epoch."""

    def __init__(self, loader: Loader) -> None:
        self._loader = loader

    @property
    def batch_size(self) -> int | None:
        """As before."""
        return self._loader.batch_size

    @property
    def num_examples(self) -> int | None:
        """All but those of the last batch."""
        return None if self.batch_size is None else len(self) * self.batch_size

    def __len__(self) -> int:
        """One batch less."""
        return len(self._loader) - 1

    def batches(self, epoch: int = 0, *, start: int = 0, device: torch.device | str | None = None) -> Iterator[Batch]:
        """See `Loader`."""
        return islice(self._loader.batches(epoch, start=start, device=device), max(0, len(self) - start))


def without_lone_example(loader: Loader, network: nn.Module) -> tuple[Loader, tuple[str, ...]]:
    """The loader, without its last batch where that is one example and the network normalises batches; and in words.

    ``n = k b + 1`` examples in batches of ``b`` leave one. Its variance is 0 for every feature: training would fail, or
    where an example has several values per channel, learn from statistics of one example. With shuffled batches it is
    another one in each epoch. A network whose statistics are frozen gets it all the same.

    Args:
        loader: of training batches.
        network: in training mode, as it will learn.
    """
    n, b, batches = loader.num_examples, loader.batch_size, len(loader)
    if n is None or b is None:
        return loader, ()
    lone = batches > 1 and b > 1 and n - (batches - 1) * b == 1
    if not lone or not any(module.training and _normalizes_batches(module) for module in network.modules()):
        return loader, ()
    return WithoutLastBatch(loader), (
        f"the last batch of {n} examples in batches of {b} is one example, which batch normalisation cannot learn "
        "from; each epoch leaves one out",
    )


def _normalizes_batches(module: nn.Module) -> bool:
    """Whether it is a batch normalisation of any library."""
    return any("BatchNorm" in kind.__name__ for kind in type(module).__mro__)
