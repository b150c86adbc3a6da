"""A torch DataLoader, or any other iterable of batches, taken as it is."""

import time
from collections.abc import Callable, Iterator
from typing import Any

import torch
from torch.utils.data import BatchSampler, DataLoader, IterableDataset, RandomSampler, SequentialSampler

from deepdive.checks import told
from deepdive.data.loaders import check_place
from deepdive.data.own.batch import to_batch
from deepdive.data.own.generators import generators_kept
from deepdive.data.types import Batch

MOST_COUNTED, MOST_SECONDS = 100_000, 60.0
"""Batches and time after which counting the batches of a loader is given up: it may have no end."""


class IterableLoader:
    """The batches of an iterable, in the order that it gives them.

    Its length is ``len(loader)`` where it has one. Else the batches are counted by one pass, with the random generators
    as they were before and after; with ``limit`` they are not, and a pass is over where it ends. A sampler that has
    ``set_epoch``, as torch's for several processes, is told the epoch.

    ``batches`` cannot begin anywhere but at the first one: batches before ``start`` are made and passed over.

    Args:
        loader: gives batches when it is iterated over; more than once, but for one pass of ``limit`` batches.
        limit: batches that will be asked for, in all passes together; ``None``: as many as there are.
        dtype: of numbers in double precision; ``None`` leaves them.
        target: name of the target where batches are dicts.
        name: of the loader, for errors.

    Raises:
        ValueError: it has no end, or can be passed over once only, and no limit; from ``batches``, it gives no batch,
            or another number of them than its length.
    """

    def __init__(
        self,
        loader: Any,
        *,
        limit: int | None = None,
        dtype: torch.dtype | None = None,
        target: str | None = None,
        name: str = "train",
    ) -> None:
        self.loader = loader
        self.name = name
        self._words: Any = {"dtype": dtype, "target": target, "name": name}
        self._limit = limit
        self._once = iter(loader) is loader if isinstance(loader, Iterator) else False
        self._length = _length(loader, name)
        self._trusted = self._length is not None
        if self._length is None and limit is None:
            self._length = self._counted()
            self._trusted = True
        # a length that a class of somebody else's tells: the last batch is given out once there is no other after it
        self._looked_after = len(self) if self._trusted and not self.repeats else None
        self.batch_size = _batch_size(loader)
        self.num_examples = _num_examples(loader, self.batch_size, name)

    @property
    def repeats(self) -> bool:
        """Whether a pass depends on nothing but the random generators as they are when it begins.

        So it is for a DataLoader with a map-style Dataset and a sampler that draws an order at the beginning, or none.
        """
        loader = self.loader
        return (
            isinstance(loader, DataLoader)
            and not isinstance(loader.dataset, IterableDataset)
            and type(loader.sampler) in (RandomSampler, SequentialSampler)
            and (loader.batch_sampler is None or type(loader.batch_sampler) is BatchSampler)
            and not loader.persistent_workers
        )

    @property
    def generators(self) -> list[torch.Generator]:
        """Random generators of its own, which a pass draws from."""
        batch_sampler = getattr(self.loader, "batch_sampler", None)
        holders = [self.loader, getattr(self.loader, "sampler", None), batch_sampler]
        holders += [getattr(batch_sampler, "sampler", None), getattr(self.loader, "dataset", None)]
        found = [getattr(holder, "generator", None) for holder in holders if holder is not None]
        return list({id(each): each for each in found if isinstance(each, torch.Generator)}.values())

    def __len__(self) -> int:
        """Batches in one epoch; at most so many, if a limit stands for the length."""
        return self._length if self._length is not None else self._limit or 0

    def first(self, device: torch.device | str | None = None) -> Batch:
        """The first batch, from a pass that leaves no trace in the random generators."""
        with self._untouched():
            for batch in self.batches(device=device):
                return batch
        raise ValueError(f"{self.name} must give at least one batch, got none")

    def batches(self, epoch: int = 0, *, start: int = 0, device: torch.device | str | None = None) -> Iterator[Batch]:
        """See `Loader`."""
        check_place(epoch, start)
        for holder in (getattr(self.loader, "sampler", None), getattr(self.loader, "batch_sampler", None)):
            if callable(set_epoch := getattr(holder, "set_epoch", None)):
                set_epoch(epoch)
        words, count = self._words, 0
        batches = self._passed_over()
        for raw in batches:
            count += 1
            if count == self._looked_after and next(batches, None) is not None:
                count += 1
                break
            if count > start:
                yield to_batch(raw, device, **words)
        if not count and not (self._trusted and not len(self)):
            again = " in a second pass: it can be passed over once only" if self._once and epoch else ""
            raise ValueError(f"{self.name} must give at least one batch, got none{again}")
        if self._trusted and count != len(self):
            more = "more" if count > len(self) else count
            raise ValueError(f"{self.name} must give as many batches as its length tells, {len(self)}, got {more}")

    def _passed_over(self) -> Iterator[Any]:
        """One pass; what a Dataset does not hold is told."""
        dataset: Any = getattr(self.loader, "dataset", None)
        try:
            yield from self.loader
        except IndexError as error:
            if not hasattr(dataset, "__len__"):
                raise
            raise ValueError(
                f"{self.name} must have as many examples as the length of its Dataset tells, {len(dataset)}; one of "
                f"them is not there: {str(error).strip().splitlines()[-1]}"
            ) from error

    def _counted(self) -> int:
        if self._once:
            raise ValueError(
                f"steps must be given where {self.name} can be passed over once only, got {told(self.loader)}; a "
                "DataLoader, a Dataset or a list of examples can be passed over again"
            )
        began, count = time.monotonic(), 0
        with self._untouched():
            for _ in self._passed_over():
                count += 1
                if count >= MOST_COUNTED or time.monotonic() - began > MOST_SECONDS:
                    raise ValueError(
                        f"steps must be given where {self.name} has no length and perhaps no end, got "
                        f"{told(self.loader)}, which gave {count:,} batches without an end"
                    )
        return count

    def _untouched(self) -> "_Untouched":
        return _Untouched(self.generators)


class _Untouched:
    """Random generators, the global ones and these, set back at the end of a ``with`` block."""

    def __init__(self, generators: list[torch.Generator]) -> None:
        self._generators = generators
        self._kept = generators_kept()

    def __enter__(self) -> None:
        self._states = [generator.get_state() for generator in self._generators]
        self._kept.__enter__()

    def __exit__(self, *error: Any) -> None:
        self._kept.__exit__(*error)
        for generator, state in zip(self._generators, self._states, strict=True):
            generator.set_state(state)


def _length(loader: Any, name: str) -> int | None:
    """What an iterable tells of its length, if that can be right."""
    dataset = getattr(loader, "dataset", None)
    if isinstance(dataset, IterableDataset) and getattr(loader, "num_workers", 0) > 1:
        return None  # each worker has a last batch of its own, of which the DataLoader knows nothing
    return attempt(lambda: len(loader), name)


def attempt(length: Callable[[], int], name: str) -> int | None:
    """A length, ``None`` where there is none.

    Raises:
        ValueError: it is negative or too large.
    """
    try:
        return length()
    except (TypeError, NotImplementedError):  # of a DataLoader whose Dataset has none
        return None
    except (ValueError, OverflowError) as error:  # of Python, as it asks for the length
        raise ValueError(f"{name} must have a length from 0 up, got none: {error}") from error


def _batch_size(loader: Any) -> int | None:
    size = getattr(loader, "batch_size", None)
    if size is None:
        size = getattr(getattr(loader, "batch_sampler", None), "batch_size", None)
    return size if isinstance(size, int) else None


def _num_examples(loader: Any, batch_size: int | None, name: str) -> int | None:
    """As many as the sampler of a DataLoader gives, but those that it drops."""
    if not isinstance(loader, DataLoader) or type(loader.batch_sampler) is not BatchSampler or batch_size is None:
        return None
    examples = attempt(lambda: len(loader.sampler), name)  # pyright: ignore[reportArgumentType]  some have none
    return None if examples is None else examples - (examples % batch_size) * loader.drop_last
