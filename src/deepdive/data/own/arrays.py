"""Tensors and NumPy arrays as the fields of a loader."""

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deepdive.checks import told
from deepdive.data.checks import check_fields
from deepdive.data.loaders import TensorLoader
from deepdive.data.own.batch import moved, to_batch
from deepdive.data.types import Batch
from deepdive.names import printable


def is_array(value: Any) -> bool:
    """Whether something is a tensor, or an array or made for NumPy, such as a column of a table."""
    return isinstance(value, Tensor | np.ndarray) or (hasattr(value, "__array__") and hasattr(value, "shape"))


def is_arrays(value: Any) -> bool:
    """Whether something is an array, a tuple of arrays, or a dict of them."""
    fields = value.values() if isinstance(value, Mapping) else value if isinstance(value, tuple) else [value]
    return bool(fields) and all(is_array(field) for field in fields)


def as_fields(arrays: Any, *, dtype: torch.dtype | None, name: str) -> tuple[Tensor, ...]:
    """An array, or a tuple of arrays, as tensors with the same rows.

    Raises:
        TypeError: an array holds no numbers.
        ValueError: their numbers of rows differ, there is no row, or a number is NaN.
    """
    given = arrays if isinstance(arrays, tuple) else (arrays,)
    several = isinstance(arrays, tuple)
    fields = tuple(_field(each, dtype, f"{name}[{i}]" if several else name) for i, each in enumerate(given))
    check_fields(fields, name=name)
    return fields


class NamedArrays:
    """Batches of arrays with names, each a dict of rows; see `TensorLoader`."""

    def __init__(self, names: Mapping[str, Any], loader: TensorLoader, *, target: str | None, name: str) -> None:
        self._names, self._loader = tuple(names), loader
        self._words: Any = {"target": target, "name": name}
        self.batch_size, self.num_examples = loader.batch_size, loader.num_examples

    def __len__(self) -> int:
        """Batches in one epoch."""
        return len(self._loader)

    def batches(self, epoch: int = 0, *, start: int = 0, device: torch.device | str | None = None) -> Iterator[Batch]:
        """See `Loader`."""
        for fields in self._loader.batches(epoch, start=start, device=device):
            yield to_batch(dict(zip(self._names, fields, strict=True)), **self._words)


def _field(value: Any, dtype: torch.dtype | None, name: str) -> Tensor:
    if not isinstance(value, Tensor):
        array = np.asarray(value)
        if array.dtype.kind not in "fiub":
            raise TypeError(
                f"{name} must hold numbers, got {printable(array.dtype)}; names of classes become numbers by "
                "numpy.unique(names, return_inverse=True)"
            )
        if array.dtype in (np.uint16, np.uint32, np.uint64):  # which torch can hardly compute with
            array = array.astype(np.int64)
        value = torch.from_numpy(np.array(array))  # a copy: one that is read-only or turned round would be refused
    if not value.ndim:
        raise ValueError(f"{name} must have a row for every example, got {told(value)}")
    return moved(value.detach(), None, dtype)
