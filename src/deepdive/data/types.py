"""What the training loop needs to know of data: batches, loaders and data modules."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from typing import Protocol, runtime_checkable

import torch
from torch import Tensor

Batch = tuple[Tensor, ...]
"""One tensor per field, all with the same first dimension, e.g. ``(images, labels)``.

One of dicts or of nested tuples is a `deepdive.data.own.NestedBatch`, which also knows how its tensors belong together.
"""

Transform = Callable[[Batch, torch.Generator], Batch]
"""A map of a whole batch, all its fields; random ones draw from the generator they are given."""


@runtime_checkable
class Loader(Protocol):
    """A source of batches whose order depends on nothing but its seed and the epoch."""

    @property
    def batch_size(self) -> int | None:
        """Examples in every batch, the last one excepted, which may have fewer; ``None`` if that is not known."""
        ...

    @property
    def num_examples(self) -> int | None:
        """Examples in one epoch; ``None`` if that is not known."""
        ...

    def __len__(self) -> int:
        """Batches in one epoch."""
        ...

    def batches(self, epoch: int = 0, *, start: int = 0, device: torch.device | str | None = None) -> Iterator[Batch]:
        """Batches ``start``, ``start + 1``, ... of an epoch, on ``device``; the skipped ones cost nothing."""
        ...


class DataModule(ABC):
    """Where data comes from and how it becomes batches (D2L section 3.2.3).

    ``prepare`` obtains and decodes the data and may be called more than once. A loader that does not
    exist (no validation split, no test set) is ``None``.
    """

    labels: tuple[str, ...] = ()
    """Names of the classes in the order of their numbers; empty where the target is no class."""

    notes: tuple[str, ...] = ()
    """What the user should know of how it becomes batches."""

    @abstractmethod
    def prepare(self) -> None:
        """Obtain and decode the data; a second call does nothing."""

    @abstractmethod
    def train_loader(self) -> Loader:
        """Shuffled training batches."""

    def val_loader(self) -> Loader | None:
        """Validation batches in a fixed order, or ``None`` without a validation split."""
        return None

    def test_loader(self) -> Loader | None:
        """Test batches in a fixed order, or ``None`` without a test set."""
        return None
