"""Whatever a user has to learn from, as a data module."""

from collections.abc import Iterable, Mapping
from typing import Any

import torch
from torch.utils.data import DataLoader, IterableDataset, TensorDataset

from deepdive.checks import check_bounds, check_integer, told
from deepdive.data.loaders import TensorLoader
from deepdive.data.own.arrays import NamedArrays, as_fields, is_arrays
from deepdive.data.own.examples import ExampleLoader
from deepdive.data.own.iterables import IterableLoader, attempt
from deepdive.data.types import DataModule, Loader

_KINDS = (
    "a DataModule, a torch DataLoader or Dataset, a list of examples, another iterable of batches, or arrays (x, y)"
)
_DEFAULT_SIZE, _LARGEST_SIZE = 32, 2**63 - 1


class OwnDataModule(DataModule):
    """Training, validation and test data of whatever kind, each as a loader.

    ==============================================  =============================================================
    a tuple or dict of tensors or NumPy arrays      rows in batches; the order is a function of seed and epoch
    a map-style Dataset, a list of examples         the same, put together by torch's ``default_collate``
    an iterable Dataset                             batches in the order that it gives examples
    a DataLoader, another iterable of batches       as it is
    a loader of this library                        as it is
    ==============================================  =============================================================

    Validation and test data are not shuffled.

    Args:
        train: to learn from.
        validation: measured after each epoch.
        test: measured at the end.
        batch_size: examples per batch, 32 if not given, where batches are made here.
        seed: of the order of training examples.
        limit: training batches that will be asked for, see `IterableLoader`.
        num_workers: processes that make batches of a Dataset.
        dtype: of numbers in double precision; ``None`` leaves them.
        target: name of the target in dicts.

    Raises:
        TypeError: one is of no such kind.
        ValueError: ``batch_size`` is given and nothing is batched here; one has no example.
    """

    def __init__(
        self,
        train: Any,
        validation: Any = None,
        test: Any = None,
        *,
        batch_size: int | None = None,
        seed: int = 0,
        limit: int | None = None,
        num_workers: int = 0,
        dtype: torch.dtype | None = None,
        target: str | None = None,
    ) -> None:
        self._size = _DEFAULT_SIZE if batch_size is None else batch_size
        self._seed, self._workers = seed, num_workers
        check_integer("batch_size", self._size, 1)
        check_bounds("batch_size", self._size, most=_LARGEST_SIZE)
        self._words: Any = {"dtype": dtype, "target": target}
        self._batched_here = False
        self._train = self._loader(train, "train", limit)
        self._val = None if validation is None else self._loader(validation, "validation")
        self._test = None if test is None else self._loader(test, "test")
        if batch_size is not None and not self._batched_here:
            raise ValueError(f"batch_size must be None for loaders that make their own batches, got {batch_size}")
        if isinstance(self._train, IterableLoader) and not self._train.repeats:
            self.notes = (
                "train is taken as it is: a run resumed within an epoch passes over the batches that were done, and is "
                "the same run only if the loader gives the same batches again",
            )

    def prepare(self) -> None:
        """Nothing to do."""

    def train_loader(self) -> Loader:
        """Training batches."""
        return self._train

    def val_loader(self) -> Loader | None:
        """Validation batches."""
        return self._val

    def test_loader(self) -> Loader | None:
        """Test batches."""
        return self._test

    def _loader(self, data: Any, name: str, limit: int | None = None) -> Loader:
        words = {**self._words, "name": name}
        if isinstance(data, DataLoader):
            return IterableLoader(data, limit=limit, **words)
        if isinstance(data, Loader):
            return data
        ours: Any = {"shuffle": name == "train", "seed": self._seed}
        if type(data) is TensorDataset:
            data = data.tensors  # the same examples, and no Python for each
        if is_arrays(data):
            self._batched_here = True
            named = isinstance(data, Mapping)
            fields = as_fields(tuple(data.values()) if named else data, dtype=words["dtype"], name=name)
            loader = TensorLoader(fields, self._size, **ours)
            return NamedArrays(data, loader, target=words["target"], name=name) if named else loader
        if isinstance(data, IterableDataset):
            self._batched_here = True
            batched = DataLoader(data, self._size, num_workers=self._workers)
            return IterableLoader(batched, limit=limit, **words)
        if isinstance(data, str | bytes | tuple | Mapping | type):
            raise TypeError(f"{name} must be {_KINDS}, got {told(data)}")
        if hasattr(data, "__getitem__") and attempt(lambda: len(data), name) is not None:
            self._batched_here = True
            return ExampleLoader(data, self._size, num_workers=self._workers, **ours, **words)
        if isinstance(data, Iterable):
            return IterableLoader(data, limit=limit, **words)
        raise TypeError(f"{name} must be {_KINDS}, got {told(data)}")
