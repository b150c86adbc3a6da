"""Batches from tensors in memory: no Python per example, and nothing to pay for the batches skipped."""

from collections.abc import Iterator

import numpy as np
import torch
from torch import Tensor

from deepdive.checks import check_integer
from deepdive.data.checks import check_fields
from deepdive.data.devices import OnDevices
from deepdive.data.types import Batch, Transform

_CHUNK_BYTES = 8 << 20
"""Rows are gathered this many bytes at a time: many small batches share one gather, large ones stay small."""


class TensorLoader:
    """Batches of rows of the same number from several tensors, e.g. images and labels.

    The order of epoch ``e`` is a permutation drawn from ``(seed, e)``; without ``shuffle`` it is that of the
    rows. ``transform`` maps each whole batch and gets a CPU generator seeded from ``(seed, e, batch)``, so a batch
    is the same whether or not those before it were asked for, on every device. Unshuffled batches are views: they
    must not be changed in place.

    Args:
        fields: tensors with the same first dimension, at least one row.
        batch_size: rows per batch; the last batch has what remains, unless ``drop_last``.
        shuffle: whether the order changes from epoch to epoch.
        seed: any integer from 0.
        transform: a map of a whole batch, e.g. of ``(images, labels)``; what it gives is the batch.
        drop_last: whether a last batch of fewer rows is left out.

    Raises:
        ValueError: no field, no row, different numbers of rows, NaN in a field (the first such row is named),
            a batch size below 1, a negative seed, or no batch at all because of ``drop_last``.

    """

    def __init__(
        self,
        fields: tuple[Tensor, ...],
        batch_size: int,
        *,
        shuffle: bool = False,
        seed: int = 0,
        transform: Transform | None = None,
        drop_last: bool = False,
    ) -> None:
        check_fields(fields)
        check_integer("batch_size", batch_size, 1)
        check_integer("seed", seed)
        if seed < 0:
            raise ValueError(f"seed must not be negative, got {seed}")
        if drop_last and len(fields[0]) < batch_size:
            raise ValueError(
                f"drop_last leaves no batch: there are {len(fields[0])} rows, fewer than batch_size {batch_size}"
            )
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self.drop_last = drop_last
        self._transform = transform
        self._fields = OnDevices(*fields)

    @property
    def num_examples(self) -> int:
        """Rows in one epoch."""
        rows = len(self._fields.on()[0])
        return rows - rows % self.batch_size if self.drop_last else rows

    def __len__(self) -> int:
        """Batches in one epoch."""
        return -(-self.num_examples // self.batch_size)

    def batches(self, epoch: int = 0, *, start: int = 0, device: torch.device | str | None = None) -> Iterator[Batch]:
        """Batches ``start``, ``start + 1``, ... of an epoch, on ``device``.

        The tensors move to a device when it is first asked for and stay there.

        Raises:
            ValueError: ``epoch`` or ``start`` is negative.

        """
        check_place(epoch, start)
        batches = self._gathered(self._on(device), epoch, start)
        if self._transform is None:
            return batches
        return transformed(batches, self._transform, self.seed, epoch, start=start, count=len(self))

    def _on(self, device: torch.device | str | None) -> tuple[Tensor, ...]:
        return self._fields.on(device)

    def _gathered(self, fields: tuple[Tensor, ...], epoch: int, start: int) -> Iterator[Batch]:
        b, n = self.batch_size, self.num_examples
        if start >= len(self):
            return
        if not self.shuffle:
            yield from zip(*(field[start * b : n].split(b) for field in fields), strict=True)
            return
        order = torch.randperm(len(fields[0]), generator=self._generator(epoch))
        order = order[start * b : n].to(fields[0].device, non_blocking=True)
        row_bytes = sum(field[0].numel() * field.element_size() for field in fields)
        chunk = b * max(1, _CHUNK_BYTES // max(1, row_bytes * b))
        for rows in order.split(chunk):
            yield from zip(*(field.index_select(0, rows).split(b) for field in fields), strict=True)

    def _generator(self, epoch: int) -> torch.Generator:
        return torch.Generator().manual_seed(epoch_seeds(self.seed, epoch, 1)[0])


def check_place(epoch: int, start: int) -> None:
    """Check where an iteration over batches begins.

    Raises:
        ValueError: ``epoch`` or ``start`` is negative.

    """
    if epoch < 0 or start < 0:
        raise ValueError(f"epoch and start must not be negative, got {epoch} and {start}")


def transformed(
    batches: Iterator[Batch], transform: Transform, seed: int, epoch: int, *, start: int, count: int
) -> Iterator[Batch]:
    """Batches ``start, ..., count - 1`` of an epoch, each changed with a generator of its own."""
    generator = torch.Generator()
    seeds = epoch_seeds(seed, epoch, count + 1)[1:]  # The first one is for the order.
    for own, batch in zip(seeds[start:], batches, strict=True):
        yield transform(batch, generator.manual_seed(own))


def epoch_seeds(seed: int, epoch: int, count: int) -> list[int]:
    """The first ``count`` of the numbers that belong to ``(seed, epoch)``; close pairs give unrelated ones."""
    return np.random.SeedSequence(seed, spawn_key=(epoch,)).generate_state(count, np.uint32).tolist()
