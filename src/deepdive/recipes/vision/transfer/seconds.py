"""How long each of several training runs took, kept in the run folder apart from what a repetition must give again."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from deepdive.training import Run

T = TypeVar("T")
_PLACE = "training_runs/seconds.json"
_PREPARING = "preparing"


class Seconds:
    """A clock for training runs that follow one another; one that was interrupted counts from its resume."""

    def __init__(self, run: Run) -> None:
        self._run = run
        self._spent: dict[str, float] = run.read_json(_PLACE) if (run.folder / _PLACE).is_file() else {}
        self._going: str | None = None
        self._since = 0.0

    def begun(self, name: str, make: Callable[[], T]) -> T:
        """A training run begins with this; the one before is over."""
        self.end()
        self._going, self._since = name, time.perf_counter()
        return make()

    def end(self) -> None:
        """The training run that is going on, if any, is over."""
        if self._going is not None:
            self._add(self._going, time.perf_counter() - self._since)
            self._going = None

    @contextmanager
    def preparing(self) -> Iterator[None]:
        """Work that no training run does by itself."""
        since = time.perf_counter()
        yield
        self._add(_PREPARING, time.perf_counter() - since)

    def of(self, *names: str) -> float | None:
        """Seconds of training runs and of what was prepared for them; ``None`` if one is not over."""
        if any(name not in self._spent for name in names):
            return None
        return sum(self._spent[name] for name in names) + self._spent.get(_PREPARING, 0.0)

    def alone(self, name: str) -> float | None:
        """Seconds of a training run for which nothing was prepared."""
        return self._spent.get(name)

    def _add(self, name: str, seconds: float) -> None:
        self._spent[name] = round(self._spent.get(name, 0.0) + seconds, 2)
        self._run.write_json(_PLACE, self._spent)
