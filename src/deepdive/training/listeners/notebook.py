"""The progress board: learning curves that grow in a notebook while the run goes on."""

import sys
import time
import uuid
from collections.abc import Callable, Iterable

from deepdive.figures import to_png
from deepdive.training.listeners._text import format_metrics
from deepdive.training.listeners.figures import curve_figure
from deepdive.training.records import Plan, Record


def in_notebook() -> bool:
    """Whether this process is the kernel of a notebook (Jupyter, VS Code, Colab), not a plain IPython shell."""
    ipython = sys.modules.get("IPython")  # not imported: then this is no notebook
    shell = ipython.get_ipython() if ipython is not None else None
    return getattr(shell, "kernel", None) is not None


class NotebookBoard:
    """Redraw the learning curves in the output of the running cell (D2L section 3.2, ``ProgressBoard``).

    A drawing comes at most every ``interval`` seconds, and no more often than keeps drawing under
    ``max_fraction`` of the time. ``history`` holds the records of earlier sessions, of which a resumed run keeps
    ``plan.start_records``.

    Raises:
        ImportError: without IPython.
        ValueError: when ``interval`` is negative or ``max_fraction`` not in (0, 1].
    """

    def __init__(
        self,
        *,
        history: Iterable[Record] = (),
        interval: float = 1.0,
        max_fraction: float = 0.1,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        if not interval >= 0:
            raise ValueError(f"interval must be 0 seconds or more, got {interval}")
        if not 0 < max_fraction <= 1:
            raise ValueError(f"max_fraction must be above 0 and at most 1, got {max_fraction}")
        try:
            import IPython  # noqa: F401  found missing here, before the run
        except ImportError as error:
            raise ImportError('a notebook board needs IPython: pip install "deepdive[notebook]"') from error
        self._records = list(history)
        self._interval = interval
        self._share = max_fraction
        self._clock = clock
        self._plan: Plan | None = None
        self._next = 0.0
        self._pending = False

    def start(self, plan: Plan) -> None:
        """Show the empty board."""
        self._plan = plan
        del self._records[plan.start_records :]
        self._id = uuid.uuid4().hex
        self._show(update=False)

    def record(self, record: Record) -> None:
        """Keep the record, and redraw if it is time."""
        self._records.append(record)
        self._pending = True
        if self._clock() >= self._next:
            self._show()

    def finish(self) -> None:
        """Draw what has not been drawn yet."""
        if self._pending:
            self._show()

    def _show(self, *, update: bool = True) -> None:
        from IPython.display import Image, display

        if self._plan is None:
            return
        begin = self._clock()
        figure = curve_figure(self._records, steps_per_epoch=self._plan.steps_per_epoch or None, title=self._title())
        image = Image(data=to_png(figure), format="png", width=round(72 * figure.get_figwidth()))
        display(image, display_id=self._id, update=update)
        end = self._clock()
        cost = end - begin if update else 0.0  # the first drawing also imports matplotlib: no measure
        self._next = end + max(self._interval, cost / self._share)
        self._pending = False

    def _title(self) -> str:
        if self._plan is None or not self._records:
            return ""
        last = self._records[-1]
        return f"step {last.step}/{self._plan.total_steps}  {format_metrics(last.metrics)}"
