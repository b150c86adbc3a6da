"""The listeners of an ordinary run."""

from collections.abc import Callable, Collection, Sequence
from pathlib import Path

from deepdive.training.listeners.curves import Curves
from deepdive.training.listeners.metrics_file import MetricsFile, read_metrics
from deepdive.training.listeners.notebook import NotebookBoard, in_notebook
from deepdive.training.listeners.progress import choose_progress
from deepdive.training.listeners.tensorboard import TensorBoard
from deepdive.training.listeners.timing_file import TimingFile
from deepdive.training.records import Listener, Plan


def default_listeners(
    folder: Path | str,
    *,
    console: bool = True,
    tensorboard: bool = False,
    batch_size: int | None = None,
    rates: Callable[[Plan], Sequence[float] | None] | None = None,
    told: Collection[str] = (),
) -> list[Listener]:
    """Metrics, timing and curves in the run's ``folder``, progress where we run, TensorBoard if asked for.

    Progress is a board in a notebook, a bar on a terminal, lines anywhere else, nothing with
    ``console=False``. A resumed run's curves begin with what ``metrics.jsonl`` in ``folder`` already holds.
    ``batch_size``, the examples of one optimiser step, adds examples per second to the timing; ``rates``
    gives the curves the learning rate of every step. Notes that are ``told`` already are not told again.

    Raises:
        ImportError: with ``tensorboard=True``, when it is not installed.
        ValueError: when the metrics file already there is damaged, naming the line.
    """
    folder = Path(folder)
    metrics = folder / "metrics.jsonl"
    history = read_metrics(metrics, strict=False) if metrics.exists() else []
    listeners: list[Listener] = [
        MetricsFile(metrics),
        TimingFile(folder / "timing.jsonl", batch_size=batch_size),
        Curves(folder, history=history, rates=rates),
    ]
    if console:
        listeners.append(NotebookBoard(history=history) if in_notebook() else choose_progress(told=told))
    if tensorboard:
        listeners.append(TensorBoard(folder, "tensorboard"))
    return listeners
