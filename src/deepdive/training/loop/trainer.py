"""One loop for all tasks."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

import torch

from deepdive.data.types import DataModule
from deepdive.training.devices import choose_device
from deepdive.training.loop.first_batch import size_lazy_layers
from deepdive.training.loop.interrupt import stop_request
from deepdive.training.loop.options import Options
from deepdive.training.loop.random_state import seed_everything
from deepdive.training.loop.session import Session
from deepdive.training.records import Listener, Storing
from deepdive.training.runs.checkpoints import FolderCheckpoints, MemoryCheckpoints
from deepdive.training.task import Task


@dataclass(frozen=True, kw_only=True)
class Trainer(Options):
    """How a task is trained on data (D2L section 3.2.4).

    >>> trainer = Trainer(epochs=10, clip_norm=1.0)
    >>> trainer.fit(task, data)                       # doctest: +SKIP
    >>> for record in trainer.session(task, data):    # doctest: +SKIP
    ...     ...                                       # or drive it yourself

    Raises:
        TypeError: an option is of another kind, e.g. half an epoch.
        ValueError: an option is out of its range; names it.
    """

    def session(
        self, task: Task, data: DataModule, checkpoints: FolderCheckpoints | MemoryCheckpoints | None = None
    ) -> "Session":
        """The loop itself, ready to be iterated over: it yields records.

        Raises:
            ValueError: there is no such device, no training data, or nothing of the name ``monitor``.
        """
        data.prepare()
        device = choose_device(self.device)
        task.to(device)
        size_lazy_layers(task, data, device)
        return Session(self, task, data, device, checkpoints or MemoryCheckpoints())

    def fit(
        self,
        task: Task,
        data: DataModule,
        *,
        checkpoints: FolderCheckpoints | MemoryCheckpoints | None = None,
        listeners: Iterable[Listener] = (),
        resume: bool = False,
    ) -> dict[str, float]:
        """Train, tell the listeners, and return the last epoch's and the test's metrics; the best weights stay.

        Which are best, ``monitor`` says.

        With ``resume`` the run goes on from the checkpoint ``last`` and gives, bit for bit, what it would have given
        without a break.

        Raises:
            TrainingInterrupted: SIGINT, SIGTERM or SIGHUP came; the run is saved if its checkpoints lie in a folder.
            DivergedError: the loss is NaN or infinite.
            CheckpointError: the checkpoint to resume from is damaged or foreign.
        """
        with ExitStack() as at_the_end:
            stop = at_the_end.enter_context(stop_request())
            seed_everything(self.seed)
            session = self.session(task, data, checkpoints)
            session.stop = stop
            at_the_end.enter_context(_repeatable(session.device))
            if resume:
                session.resume()
            listeners = list(listeners)
            session.before_saving = [each.sync for each in listeners if isinstance(each, Storing)]
            for listener in listeners:
                at_the_end.callback(listener.finish)
                listener.start(session.plan)
            for record in session:
                for listener in listeners:
                    listener.record(record)
        return session.metrics


@contextmanager
def _repeatable(device: torch.device) -> Iterator[None]:
    """On CUDA, choose the same convolution kernels in every session, so that a resumed run is the same run."""
    cudnn = torch.backends.cudnn
    before = cudnn.benchmark, cudnn.deterministic
    if device.type == "cuda":
        cudnn.benchmark, cudnn.deterministic = False, True
    try:
        yield
    finally:
        cudnn.benchmark, cudnn.deterministic = before
