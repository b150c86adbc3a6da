"""Batches of a map-style Dataset, one example after the other, that are a function of seed and epoch."""

from collections.abc import Iterator, Sequence
from typing import Any

import torch
from torch.utils.data import DataLoader, Dataset, get_worker_info

from deepdive.checks import check_integer, told
from deepdive.data.loaders import check_place, epoch_seeds
from deepdive.data.own.batch import to_batch
from deepdive.data.own.generators import generators_kept, seed_generators
from deepdive.data.types import Batch


class ExampleLoader:
    """Batches of what ``dataset[i]`` gives, put together by ``torch.utils.data.default_collate``.

    The order of epoch ``e`` is a permutation drawn from ``(seed, e)``; without ``shuffle`` it is that of the dataset.
    While the examples of a batch are made, Python's, NumPy's and torch's generators are seeded from
    ``(seed, e, batch)``: what a transform draws from them is the same whether or not the batches before were asked for,
    and with any number of workers.

    Args:
        dataset: with ``dataset[i]`` for ``i = 0 ... len(dataset) - 1``.
        batch_size: examples per batch; the last batch has what remains.
        shuffle: whether the order changes from epoch to epoch.
        seed: any integer from 0.
        num_workers: processes that make batches; 0: none but this one.
        dtype: of numbers in double precision; ``None`` leaves them.
        target: name of the target where examples are dicts.
        name: of the dataset, for errors.

    Raises:
        ValueError: there is no example; from ``batches``, the dataset has fewer than its length tells, or they
            have several shapes.
    """

    def __init__(
        self,
        dataset: Any,
        batch_size: int,
        *,
        shuffle: bool = False,
        seed: int = 0,
        num_workers: int = 0,
        dtype: torch.dtype | None = None,
        target: str | None = None,
        name: str = "train",
    ) -> None:
        check_integer("batch_size", batch_size, 1)
        check_integer("num_workers", num_workers, 0)
        if not len(dataset):
            raise ValueError(f"{name} must have an example, got {told(dataset)} of length 0")
        self.batch_size = batch_size
        self.num_examples = len(dataset)
        self._examples = _Examples(dataset, name)
        self._shuffle, self._seed, self._num_workers = shuffle, seed, num_workers
        self._words: Any = {"dtype": dtype, "target": target, "name": name}

    def __len__(self) -> int:
        """Batches in one epoch."""
        return -(-self.num_examples // self.batch_size)

    def batches(self, epoch: int = 0, *, start: int = 0, device: torch.device | str | None = None) -> Iterator[Batch]:
        """See `Loader`."""
        check_place(epoch, start)
        if start >= len(self):
            return
        own, *seeds = epoch_seeds(self._seed, epoch, len(self) + 1)
        order = torch.arange(self.num_examples)
        if self._shuffle:
            order = torch.randperm(self.num_examples, generator=torch.Generator().manual_seed(own))
        numbered = [(seed, rows.tolist()) for seed, rows in zip(seeds, order.split(self.batch_size), strict=True)]
        # a generator of its own, as it draws a number for each pass
        loader = DataLoader[Any](
            self._examples,
            batch_sampler=numbered[start:],  # pyright: ignore[reportArgumentType]  any list will do
            num_workers=self._num_workers,
            generator=torch.Generator().manual_seed(own),
        )
        try:
            for raw in loader:
                yield to_batch(raw, device, **self._words)
        except RuntimeError as error:
            if "equal size" not in str(error) and "resize storage" not in str(error):
                raise
            raise ValueError(
                f"{self._words['name']} must have examples of one shape to make batches of: give a DataLoader with a "
                f"collate_fn that pads them; {str(error).strip().splitlines()[-1]}"
            ) from error


class _Examples(Dataset[Any]):
    """What the workers are given: all examples of a batch at once, with its seed."""

    def __init__(self, dataset: Any, name: str) -> None:
        self._dataset, self._name = dataset, name

    def __len__(self) -> int:
        return len(self._dataset)

    def __getitems__(self, batch: tuple[int, Sequence[int]]) -> list[Any]:
        seed, rows = batch
        if get_worker_info() is not None:
            seed_generators(seed)
            return self._read(rows)
        with generators_kept():
            seed_generators(seed)
            return self._read(rows)

    def __getitem__(self, row: int) -> Any:
        return self._read([row])[0]

    def _read(self, rows: Sequence[int]) -> list[Any]:
        several: Any = getattr(self._dataset, "__getitems__", None)
        if several is not None:
            return list(several(rows))
        examples = []
        for row in rows:
            try:
                examples.append(self._dataset[row])
            except IndexError as error:
                raise ValueError(
                    f"{self._name} must have as many examples as its length tells, {len(self)}, got none of number "
                    f"{row}: {error}"
                ) from error
        return examples
