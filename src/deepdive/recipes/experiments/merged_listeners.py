"""Several training runs one after the other, told to the listeners as one run."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from deepdive.training.records import Listener, Plan, Record, Storing


@dataclass(frozen=True)
class Extent:
    """How much of a run some training runs took: what comes later is counted from there."""

    steps: int = 0
    epochs: int = 0
    records: int = 0

    def __add__(self, other: "Extent") -> "Extent":
        return Extent(self.steps + other.steps, self.epochs + other.epochs, self.records + other.records)


class MergedListeners:
    """Tells the listeners of several training runs as if they were one: steps, epochs and records count on.

    The real listeners start with the first training of this process and finish when the caller says so: after a
    resume, ``before`` is what earlier processes finished.

    >>> merged = MergedListeners(listeners, training_runs=5)  # doctest: +SKIP
    >>> for each in range(5):                             # doctest: +SKIP
    ...     trainer.fit(..., listeners=[merged])
    ...     merged.advance(merged.extent)
    >>> merged.close()                                    # doctest: +SKIP
    """

    def __init__(self, listeners: Sequence[Listener], *, training_runs: int) -> None:
        self._listeners = listeners
        self._training_runs = training_runs
        self._before = Extent()
        self._started = False
        self.extent = Extent()
        """Of the training that is going on, or was last."""

    def advance(self, extent: Extent) -> None:
        """Count a training that is over, in this process or in one before."""
        self._before += extent

    def start(self, plan: Plan) -> None:
        """One of the training runs starts, or goes on after a resume."""
        self.extent = Extent(plan.start_step, plan.start_epoch, plan.start_records)  # nothing more, if it was over
        if self._started:
            return
        self._started = True
        whole = replace(
            plan,
            total_steps=plan.total_steps * self._training_runs,
            start_step=self._before.steps + plan.start_step,
            start_records=self._before.records + plan.start_records,
            start_epoch=self._before.epochs + plan.start_epoch,
        )
        for listener in self._listeners:
            listener.start(whole)

    def record(self, record: Record) -> None:
        """Pass a record on, counted from the beginning of the run."""
        so_far = self.extent  # the last record, of the test, is of the best epoch
        self.extent = Extent(max(so_far.steps, record.step), max(so_far.epochs, record.epoch), so_far.records + 1)
        shifted = replace(record, epoch=record.epoch + self._before.epochs, step=record.step + self._before.steps)
        for listener in self._listeners:
            listener.record(shifted)

    def sync(self) -> None:
        """A checkpoint of the training that is going on will be saved."""
        for listener in self._listeners:
            if isinstance(listener, Storing):
                listener.sync()

    def finish(self) -> None:
        """One of the training runs is over; the run is not."""

    def close(self) -> None:
        """The run is over or interrupted."""
        if self._started:
            for listener in self._listeners:
                listener.finish()
