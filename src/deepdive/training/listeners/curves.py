"""Learning curves of a run as ``curves.svg`` and ``curves.png``."""

import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from deepdive.figures import to_png, to_svg
from deepdive.files import write_atomically
from deepdive.training.listeners._warn_once import WarnOnce
from deepdive.training.listeners.figures import curve_figure
from deepdive.training.records import Plan, Record


class Curves:
    """Draw all records when the run ends, and, if ``every`` is given, after an epoch at most that often.

    ``history`` holds the records of earlier sessions, of which a resumed run keeps ``plan.start_records``.
    ``every`` is in seconds. ``rates`` gives the learning rate of every step of a plan, where it is known.
    A run without records draws nothing. Curves that cannot be written are one
    warning and do not end the run; the files of an earlier drawing stay whole.

    Raises:
        ValueError: when ``every`` is negative.
    """

    def __init__(
        self,
        folder: Path | str,
        *,
        history: Iterable[Record] = (),
        every: float | None = None,
        rates: Callable[[Plan], Sequence[float] | None] | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        if every is not None and not every >= 0:
            raise ValueError(f"every must be 0 seconds or more, got {every}")
        self._folder = Path(folder)
        self._records = list(history)
        self._every = every
        self._clock = clock
        self._drawn = 0.0
        self._rates_of = rates
        self._rates: Sequence[float] | None = None
        self._steps_per_epoch: int | None = None
        self._warn_once = WarnOnce("the curves")

    def start(self, plan: Plan) -> None:
        """Note the length of an epoch, and forget what is about to happen again."""
        self._steps_per_epoch = plan.steps_per_epoch or None
        self._plan = plan
        del self._records[plan.start_records :]
        self._drawn = self._clock()

    def record(self, record: Record) -> None:
        """Keep the record, and draw if it is time."""
        self._records.append(record)
        if record.kind == "epoch" and self._every is not None and self._clock() - self._drawn >= self._every:
            self._draw()
            self._drawn = self._clock()

    def finish(self) -> None:
        """Draw."""
        if self._records:
            self._draw()

    def _draw(self) -> None:
        with self._warn_once:
            if self._rates_of is not None and self._rates is None:
                self._rates = self._rates_of(self._plan) or ()
            figure = curve_figure(self._records, steps_per_epoch=self._steps_per_epoch, rates=self._rates or ())
            write_atomically(self._folder / "curves.svg", to_svg(figure))
            write_atomically(self._folder / "curves.png", to_png(figure))
