"""Progress of a run: a live bar on a terminal, plain lines anywhere else."""

import math
import sys
import time
from collections import deque
from collections.abc import Callable, Collection
from typing import IO, TYPE_CHECKING, cast

from deepdive.training.listeners._terminal import ForgivingStream, TextStream, is_live
from deepdive.training.listeners._text import format_metrics, format_seconds
from deepdive.training.records import Plan, Record

if TYPE_CHECKING:  # rich is imported when a bar starts
    from rich.console import Console
    from rich.live import Live
    from rich.progress import Progress


def choose_progress(stream: TextStream | None = None, *, told: Collection[str] = ()) -> "ProgressBar | ProgressLines":
    """A bar where ``stream`` (default: standard output) is a terminal that can redraw a line, else lines.

    Notes of the plan that are ``told`` already are not told again.
    """
    output: TextStream = sys.stdout if stream is None else stream
    return ProgressBar(output, told=told) if is_live(output) else ProgressLines(output, told=told)


class ProgressLines:
    """One line per epoch, and between them at most one every ``interval`` seconds.

    ``epoch 2/5  step 860/2150  train_loss 0.5123  val_accuracy 0.8120  812 steps/s  0:02 left``

    A closed pipe silences it and does not end the run.

    Raises:
        ValueError: when ``interval`` is negative.
    """

    def __init__(
        self,
        stream: TextStream | None = None,
        *,
        interval: float = 10.0,
        clock: Callable[[], float] = time.perf_counter,
        told: Collection[str] = (),
    ) -> None:
        if not interval >= 0:
            raise ValueError(f"interval must be 0 seconds or more, got {interval}")
        self._stream = ForgivingStream(sys.stdout if stream is None else stream)
        self._interval = interval
        self._clock = clock
        self._told = told
        self._spoken = 0.0
        self._place = _Place(Plan(total_steps=0, steps_per_epoch=1), 0.0)

    def start(self, plan: Plan) -> None:
        """Say how it is computed, and whether the run goes on from an earlier session."""
        self._spoken = self._clock()
        self._place = _Place(plan, self._spoken)
        for line in _beginning(plan, self._told):
            self._say(line)

    def record(self, record: Record) -> None:
        """A line, unless the last one is fresh."""
        now = self._clock()
        pace = self._place.pace(record, now)
        if record.kind == "train" and now - self._spoken < self._interval:
            return
        self._spoken = now
        self._say(_joined(self._place.name(record), format_metrics(record.metrics), pace))

    def finish(self) -> None:
        """Nothing: every line is already out."""

    def _say(self, line: str) -> None:
        self._stream.write(line + "\n")
        self._stream.flush()


class ProgressBar:
    """A live bar over all steps, with the finished epochs as plain lines above it.

    The bar shows the epoch, the step, steps per second and the time left, and the latest training metrics
    below it; after a resume it starts where the run does. It goes away at the end; the lines stay. A closed
    terminal does not end the run.
    """

    def __init__(
        self,
        stream: TextStream | None = None,
        *,
        clock: Callable[[], float] = time.perf_counter,
        told: Collection[str] = (),
    ) -> None:
        self._stream = sys.stdout if stream is None else stream
        self._clock = clock
        self._told = told
        self._live: Live | None = None

    def start(self, plan: Plan) -> None:
        """Show the bar."""
        from rich.console import Group
        from rich.live import Live
        from rich.text import Text

        console = _console(self._stream)
        self._place = _Place(plan, self._clock())
        self._bar = _bar(console)
        self._task = self._bar.add_task(
            self._place.epoch(plan.start_step // max(1, plan.steps_per_epoch) + 1),
            total=plan.total_steps,
            completed=plan.start_step,
            pace="",
        )
        self._metrics = Text(style="bright_black", no_wrap=True, overflow="ellipsis")
        self._live = Live(Group(self._bar, self._metrics), console=console, refresh_per_second=4, transient=True)
        self._live.start()
        for line in _beginning(plan, self._told):
            self._say(line)

    def record(self, record: Record) -> None:
        """Move the bar; a finished epoch or the test becomes a line above it."""
        if self._live is None:
            return
        metrics = format_metrics(record.metrics)
        pace = self._place.pace(record, self._clock())
        epoch = self._place.epoch(record.epoch)
        if record.kind != "test":
            self._bar.update(self._task, completed=record.step, description=epoch, pace=pace)
        if record.kind == "train":
            self._metrics.plain = metrics
        else:
            self._say(_joined("test" if record.kind == "test" else epoch, metrics))

    def finish(self) -> None:
        """Remove the bar and give the terminal back."""
        if self._live is not None:
            self._live.stop()
            self._live = None

    def _say(self, line: str) -> None:
        if self._live is not None:
            self._live.console.print(line, highlight=False)


class _Place:
    """Where a run is and how fast it gets on, in words."""

    window = 30.0  # seconds: long enough to be calm, short enough to forget a slow first step

    def __init__(self, plan: Plan, now: float) -> None:
        self._plan = plan
        self._moments = deque([(now, plan.start_step)])

    def epoch(self, epoch: int) -> str:
        epochs = math.ceil(self._plan.total_steps / max(1, self._plan.steps_per_epoch))
        return f"epoch {min(epoch, epochs)}/{epochs}"

    def name(self, record: Record) -> str:
        if record.kind == "test":
            return "test"
        return f"{self.epoch(record.epoch)}  step {record.step}/{self._plan.total_steps}"

    def pace(self, record: Record, now: float) -> str:
        """``812 steps/s  0:02 left``, from the steps of the last ``window`` seconds; empty when unknown."""
        self._moments.append((now, record.step))
        while len(self._moments) > 2 and now - self._moments[1][0] >= self.window:
            self._moments.popleft()
        begin, first = self._moments[0]
        if record.kind == "test" or record.step <= first or now <= begin:
            return ""
        speed = (record.step - first) / (now - begin)
        rate = f"{speed:.0f} steps/s" if speed >= 10 else f"{speed:.2g} steps/s"
        left = self._plan.total_steps - record.step
        return f"{rate}  {format_seconds(left / speed)} left" if left > 0 else rate


def _beginning(plan: Plan, told: Collection[str]) -> list[str]:
    """What is to be said before the first step, but for what is told already."""
    resuming = [f"resuming after step {plan.start_step}/{plan.total_steps}"] if plan.start_step else []
    return [*(note for note in plan.notes if note not in told), *resuming]


def _joined(*parts: str) -> str:
    return "  ".join(part for part in parts if part)


def _console(stream: TextStream) -> "Console":
    from rich.console import Console

    return Console(file=cast("IO[str]", ForgivingStream(stream)), markup=False, emoji=False)


def _bar(console: "Console") -> "Progress":
    """Epoch, bar, step and pace in one line."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
    from rich.table import Column

    one_line = Column(no_wrap=True, overflow="ellipsis")
    return Progress(
        TextColumn("{task.description}", markup=False, table_column=one_line.copy()),
        BarColumn(bar_width=None, table_column=Column(min_width=6, ratio=1)),
        MofNCompleteColumn(table_column=one_line.copy()),
        TextColumn("{task.fields[pace]}", style="cyan", markup=False, table_column=one_line.copy()),
        console=console,
        expand=True,
    )
