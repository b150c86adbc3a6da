"""A loader of the user's own in a run that is resumed."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import torch
from torch import Tensor

from deepdive.data.own import IterableLoader
from deepdive.data.types import Batch
from deepdive.training.runs.random_state import random_tensors, restore_random_tensors


class ReplayedLoader:
    """An iterable of batches, whose passes begin with the random generators as they were in the first session.

    A pass that a checkpoint has interrupted is made again from its beginning, and the batches that were done are passed
    over: what comes then is what would have come, if the order is drawn from the global random generators, or from one
    of the loader's own, when the pass begins.
    """

    def __init__(self, loader: IterableLoader) -> None:
        self._loader = loader
        self._began: dict[str, Tensor] = {}
        self._own: list[Tensor] = []

    @property
    def batch_size(self) -> int | None:
        """As of the loader."""
        return self._loader.batch_size

    @property
    def num_examples(self) -> int | None:
        """As of the loader."""
        return self._loader.num_examples

    def __len__(self) -> int:
        """As of the loader."""
        return len(self._loader)

    def batches(self, epoch: int = 0, *, start: int = 0, device: torch.device | str | None = None) -> Iterator[Batch]:
        """See `Loader`."""
        if not start or not self._began:
            self._began, self._own = random_tensors(), self._states()
            yield from self._loader.batches(epoch, start=start, device=device)
            return
        now = random_tensors()
        restore_random_tensors(self._began)
        self._set(self._own)
        batches = self._loader.batches(epoch, device=device)
        for _ in range(start):
            if next(batches, None) is None:
                break
        restore_random_tensors(now)
        yield from batches

    @contextmanager
    def unheard(self) -> Iterator[None]:
        """No checkpoint hears of passes within it, and generators of the loader's own are as before at its end."""
        began, own, states = self._began, self._own, self._states()
        try:
            yield
        finally:
            self._began, self._own = began, own
            self._set(states)

    def state_dict(self) -> dict[str, Any]:
        """How the generators were when the pass began, and how those of the loader are now."""
        return {"began": self._began, "own": self._own, "now": self._states()}

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        self._began, self._own = state["began"], state["own"]
        self._set(state["now"])

    def _states(self) -> list[Tensor]:
        return [generator.get_state() for generator in self._loader.generators]

    def _set(self, states: list[Tensor]) -> None:
        for generator, state in zip(self._loader.generators, states, strict=True):
            generator.set_state(state)
