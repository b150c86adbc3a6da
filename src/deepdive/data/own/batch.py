"""Batches of dicts and of nested lists and tuples."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import torch
from torch import Tensor

from deepdive.checks import told
from deepdive.data.types import Batch
from deepdive.names import printable, suggestion

TARGETS = ("labels", "label", "targets", "target", "y")
"""Names under which the target of a batch is looked for."""


class NestedBatch(tuple[Tensor, ...]):
    """A batch that is no plain tuple of tensors: its tensors, the target last, and how they belong together.

    ``batch["labels"]`` is an entry by its name, ``batch[-1]`` the target.

    >>> batch = to_batch({"labels": torch.tensor([1, 0]), "ids": torch.tensor([[5, 6], [7, 8]])})
    >>> batch["ids"].shape, batch[-1], list(batch.names)
    (torch.Size([2, 2]), tensor([1, 0]), ['ids'])

    Args:
        nested: what the loader gave, its numbers as tensors.
        inputs: those without a name, in order.
        names: those with a name.
        target: what is to be predicted; ``None`` where nothing says which it is.
    """

    nested: Any
    inputs: tuple[Any, ...]
    names: dict[str, Any]
    target: Any

    def __new__(cls, nested: Any, inputs: tuple[Any, ...], names: dict[str, Any], target: Any = None) -> "NestedBatch":
        """Its tensors one after the other."""
        batch = super().__new__(cls, [*_tensors(inputs), *_tensors(names), *_tensors(target)])
        batch.nested, batch.inputs, batch.names, batch.target = nested, inputs, names, target
        return batch

    def __getitem__(self, index: Any) -> Any:
        """An entry by its name, or a tensor by its number."""
        return self.nested[index] if isinstance(index, str) else super().__getitem__(index)


def to_batch(
    raw: Any,
    device: torch.device | str | None = None,
    *,
    dtype: torch.dtype | None = None,
    target: str | None = None,
    name: str = "train",
) -> Batch:
    """What a loader gave as a batch on a device: a plain tuple of tensors wherever it is one.

    Args:
        raw: a tensor, an array, a list, a tuple or a dict of these, nested or not.
        device: where to; ``None`` leaves each where it is.
        dtype: of numbers in double precision, those of NumPy and of Python; ``None`` leaves them.
        target: name of the target in a dict; one of `TARGETS` if not given. Else the last entry is the target.
        name: of the loader, for errors.

    Raises:
        ValueError: the batch is empty, several names may be the target's, or there is none of that name.
    """
    if isinstance(raw, list | tuple) and all([isinstance(field, Tensor) for field in raw]):
        if not raw:
            raise ValueError(f"{name} must give batches of at least one tensor, got an empty {type(raw).__name__}")
        if target is not None:
            raise ValueError(f"target must be None for batches without names, got {target!r}")
        return tuple([moved(field, device, dtype) for field in raw])
    nested = _moved(raw, device, dtype)
    if isinstance(nested, Tensor):
        return (nested,)
    if isinstance(nested, dict):
        of_target = target_name(nested, target)
        names = {key: value for key, value in nested.items() if key != of_target}
        batch = NestedBatch(nested, (), names, None if of_target is None else nested[of_target])
    elif isinstance(nested, list | tuple) and nested:
        if all([isinstance(field, Tensor) for field in nested]):  # arrays before
            return tuple(nested)
        batch = NestedBatch(nested, tuple(nested[:-1]), {}, nested[-1])
    else:
        raise ValueError(f"{name} must give batches of tensors, in lists, tuples or dicts, got {told(raw)}")
    if not len(batch):
        raise ValueError(f"{name} must give batches with a tensor in them, got {printable(told(raw))}")
    return batch


def target_name(batch: Mapping[str, Any], target: str | None) -> str | None:
    """The name of the target in a dict, the one asked for or the only one of `TARGETS`; ``None`` if there is none.

    Raises:
        ValueError: there are several, or not the one asked for.
    """
    if target is not None:
        if target not in batch:
            raise ValueError(f"target must be a name of the batch, got {target!r}{suggestion(target, list(batch))}")
        return target
    found = [name for name in TARGETS if name in batch]
    if len(found) > 1:
        raise ValueError(f"target must be given where a batch has several that may be it, got {', '.join(found)}")
    return found[0] if found else None


def first_nan(batches: Iterable[Batch], start: int = 0) -> str | None:
    """Which field of which batch, the first of them being number ``start``, holds NaN; ``None`` if none does."""
    for number, batch in enumerate(batches, start):
        nested = getattr(batch, "nested", None)
        named = nested.items() if isinstance(nested, Mapping) else enumerate(batch)
        for name, entry in named:
            for field in _tensors(entry):
                if (field.is_floating_point() or field.is_complex()) and bool((bad := field.isnan()).any()):
                    row = f", row {bad.nonzero()[0, 0].item()}" if field.ndim else ""
                    return f"[{printable(repr(name))}] holds NaN: first in batch {number}{row}"
    return None


def moved(field: Tensor, device: torch.device | str | None, dtype: torch.dtype | None) -> Tensor:
    """A tensor where it is needed; in the dtype of the network if it is in double precision."""
    if dtype is not None and field.dtype == torch.float64:
        field = field.to(dtype)
    return field if device is None else field.to(device, non_blocking=True)


def _moved(value: Any, device: torch.device | str | None, dtype: torch.dtype | None) -> Any:
    """A nest with its numbers as tensors; what holds none stays."""
    if isinstance(value, Tensor):
        return moved(value, device, dtype)
    if isinstance(value, np.ndarray) and value.dtype.kind in "fiub":
        return moved(torch.from_numpy(value), device, dtype)
    if isinstance(value, Mapping):
        return {key: _moved(item, device, dtype) for key, item in value.items()}
    if isinstance(value, tuple) and hasattr(value, "_fields"):
        return type(value)(*[_moved(item, device, dtype) for item in value])
    if isinstance(value, list | tuple):
        return type(value)([_moved(item, device, dtype) for item in value])
    to = getattr(value, "to", None)
    return to(device) if device is not None and callable(to) else value


def _tensors(value: Any) -> Iterator[Tensor]:
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _tensors(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _tensors(item)
