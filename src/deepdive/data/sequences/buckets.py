"""Batches of sequences of about the same length (D2L section 10.5.3)."""

from collections.abc import Iterator, Sequence
from typing import Literal

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.data.devices import OnDevices
from deepdive.data.loaders import check_place, epoch_seeds, transformed
from deepdive.data.sequences.ragged import Ragged
from deepdive.data.types import Batch, Transform

Field = Ragged | Tensor
_POOL_BATCHES = 100


class BucketLoader:
    """Batches of the same rows of several fields; sequences are padded to the longest of their batch.

    So that little is padded, a batch holds rows of similar lengths. With ``shuffle``, all rows are put in random
    order and dealt into pools of 100 batches; each pool is sorted by length and cut into batches, and all batches come
    in random order. It depends on ``(seed, epoch)`` alone, and batches that are skipped are not made.

    Args:
        fields: `Ragged` sequences and plain tensors with as many rows, at least one of them `Ragged`. Rows are sorted
            by the length of the first `Ragged` field, those of equal length by that of the second, and so on.
        batch_size: rows per batch; the last batch has what remains.
        pads: what each field is filled up with, one number for each field; it has no meaning for plain tensors.
        shuffle: whether the order is random and changes from epoch to epoch.
        order: without ``shuffle``: sorted by ``length``, so that little is padded, or as ``given``.
        seed: any integer from 0.
        transform: a map of a whole batch, as for `TensorLoader`.

    Raises:
        ValueError: fields without rows or with different numbers of rows, none of them `Ragged`, another number of
            ``pads``, a batch size below 1, or a negative seed.
    """

    def __init__(
        self,
        fields: Sequence[Field],
        batch_size: int,
        *,
        pads: Sequence[int],
        shuffle: bool = False,
        order: Literal["length", "given"] = "length",
        seed: int = 0,
        transform: Transform | None = None,
    ) -> None:
        _check(fields, pads)
        if batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        if seed < 0:
            raise ValueError(f"seed must not be negative, got {seed}")
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = seed
        self._sorted = shuffle or order == "length"
        self._pads = tuple(pads)
        self._transform = transform
        self._fields = OnDevices(*fields)
        # On the host, so that the width of a batch is known without waiting for a device.
        self._lengths = [field.lengths.cpu() for field in fields if isinstance(field, Ragged)]

    @property
    def num_examples(self) -> int:
        """Rows in one epoch."""
        return len(self._lengths[0])

    def __len__(self) -> int:
        """Batches in one epoch."""
        return -(-self.num_examples // self.batch_size)

    def rows(self, epoch: int = 0) -> Int64[Tensor, " n"]:
        """The numbers of the rows in the order in which an epoch has them: ``batch_size`` after ``batch_size``."""
        n, b = self.num_examples, self.batch_size
        if not self.shuffle:
            return self._by_length(torch.arange(n), n) if self._sorted else torch.arange(n)
        generator = torch.Generator().manual_seed(epoch_seeds(self.seed, epoch, 1)[0])
        rows = self._by_length(torch.randperm(n, generator=generator), _POOL_BATCHES * b)
        whole, rest = n // b, n % b
        # The batch of fewer rows comes last; it is not always the longest ones that are in it.
        first_pool = (whole // _POOL_BATCHES) * _POOL_BATCHES
        cut = b * int(torch.randint(first_pool, whole + 1, (), generator=generator))
        rows, last = torch.cat((rows[:cut], rows[cut + rest :])), rows[cut : cut + rest]
        return torch.cat((rows.view(whole, b)[torch.randperm(whole, generator=generator)].flatten(), last))

    def _by_length(self, rows: Tensor, pool: int) -> Tensor:
        """``rows`` with each ``pool`` of them sorted; equal ones stay in their order."""
        key = torch.arange(len(rows)) // pool
        for lengths in self._lengths:
            key = key * (int(lengths.max()) + 1) + lengths[rows]
        return rows[key.argsort(stable=True)]

    def padding_waste(self, epoch: int = 0) -> float:
        """Fraction of all places of the `Ragged` fields in an epoch's batches that hold padding, in [0, 1)."""
        rows = self.rows(epoch)
        sizes = torch.tensor([len(part) for part in rows.split(self.batch_size)])
        places = sum(int((torch.tensor(widths) * sizes).sum()) for widths in self._widths(rows))
        values = sum(int(lengths.sum()) for lengths in self._lengths)
        return 1 - values / places if places else 0.0

    def _widths(self, rows: Tensor) -> list[list[int]]:
        """For each `Ragged` field, the longest sequence of every batch."""
        b = self.batch_size
        padding = rows.new_zeros(-len(rows) % b)
        return [
            torch.cat((lengths[rows], padding)).view(-1, b).amax(1).tolist() if len(rows) else []
            for lengths in self._lengths
        ]

    def batches(self, epoch: int = 0, *, start: int = 0, device: torch.device | str | None = None) -> Iterator[Batch]:
        """Batches ``start``, ``start + 1``, ... of an epoch, on ``device``.

        The fields move to a device when it is first asked for and stay there.

        Raises:
            ValueError: ``epoch`` or ``start`` is negative.
        """
        check_place(epoch, start)
        batches = self._padded(self._on(device), epoch, start)
        if self._transform is None:
            return batches
        return transformed(batches, self._transform, self.seed, epoch, start=start, count=len(self))

    def _on(self, device: torch.device | str | None) -> tuple[Field, ...]:
        return self._fields.on(device)

    def _padded(self, fields: tuple[Field, ...], epoch: int, start: int) -> Iterator[Batch]:
        rows = self.rows(epoch)[start * self.batch_size :]
        widths = zip(*self._widths(rows), strict=True)
        there = rows.to(fields[0].device, non_blocking=True)
        for part, longest in zip(there.split(self.batch_size) if len(rows) else (), widths, strict=True):
            width = iter(longest)
            yield tuple(
                field.padded(part, pad, width=next(width))[0]
                if isinstance(field, Ragged)
                else field.index_select(0, part)
                for field, pad in zip(fields, self._pads, strict=True)
            )


def _check(fields: Sequence[Field], pads: Sequence[int]) -> None:
    if not any(isinstance(field, Ragged) for field in fields):
        raise ValueError("fields must hold at least one Ragged; TensorLoader is for plain tensors")
    for i, field in enumerate(fields):
        if len(field) != len(fields[0]) or len(field) == 0:
            raise ValueError(
                f"fields[{i}] has {len(field)} rows and fields[0] has {len(fields[0])}; all must have as many, and some"
            )
        if field.device != fields[0].device:
            raise ValueError(f"fields[{i}] is on {field.device}; all fields must be on {fields[0].device}")
    if len(pads) != len(fields):
        raise ValueError(f"pads has {len(pads)} numbers; it must have one for each of {len(fields)} fields")
