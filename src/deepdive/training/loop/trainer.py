"""One loop for all tasks: its options, and what they mean."""

from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Literal

import torch

from deepdive.checks import check_bounds, check_integer
from deepdive.data.types import DataModule
from deepdive.training.devices import Precision, autocast_dtype, choose_device
from deepdive.training.formats import Layout, check_layout
from deepdive.training.loop.early_stopping import EarlyStopping
from deepdive.training.loop.first_batch import size_lazy_layers
from deepdive.training.loop.interrupt import stop_request
from deepdive.training.loop.random_state import seed_everything
from deepdive.training.loop.session import Session
from deepdive.training.records import Listener, Storing
from deepdive.training.runs.checkpoints import FolderCheckpoints, MemoryCheckpoints
from deepdive.training.task import Task


@dataclass(frozen=True, kw_only=True)
class Trainer:
    """How a task is trained on data (textbook section 3.2.4).

    >>> trainer = Trainer(epochs=10, clip_norm=1.0)
    >>> trainer.fit(task, data)                       # doctest: +SKIP
    >>> for record in trainer.session(task, data):    # doctest: +SKIP
    ...     ...                                       # or drive it yourself

    Raises:
        TypeError: an option is of another kind, e.g. half an epoch.
        ValueError: an option is out of its range; names it.
    """

    epochs: int = 1
    """Passes over the training data."""
    steps: int | None = None
    """End after this many optimiser steps, even within an epoch."""
    device: str = "auto"
    """``auto``, ``cpu``, ``cuda``, ``cuda:1``, ``mps``."""
    precision: Precision | Literal["auto"] = "fp32"
    """Of matrix products: ``fp32``, ``bf16``, ``fp16`` with loss scaling; ``auto`` takes ``bf16`` where the device has
    units for it and the network is large enough (`choose_format`). A resumed run keeps what was chosen."""
    layout: Layout | Literal["auto"] = "auto"
    """Of the library's 2-d convolutions in memory: ``channels-last``, ``contiguous``; ``auto`` is what is known to be
    faster on the device."""
    clip_norm: float | None = None
    """Largest norm of the whole gradient."""
    clip_value: float | None = None
    """Largest absolute value of a gradient's element."""
    accumulate: int = 1
    """Batches whose gradients make one step."""
    compile: bool = False
    """Compile the training step (forward, loss, metrics and backward)."""
    early_stopping: EarlyStopping | None = None
    """When to end before the last epoch."""
    monitor: str | None = None
    """The metric that decides which epoch was best: ``val_loss``, or ``train_loss`` without a validation split.

    Of equal epochs the earliest is. ``train_loss``, as every other ``train_`` metric, is measured batch by batch,
    before each update: it tells of the weights during the epoch, not of those at its end, which are kept.
    """
    log_every: int = 50
    """Optimiser steps between two records; the losses are read from the device once per record."""
    checkpoint_every: int | None = None
    """Optimiser steps between two checkpoints within an epoch; there is always one at its end."""
    seed: int = 0
    """Of dropout and whatever else draws from the global generators."""

    def __post_init__(self) -> None:
        for name in ("epochs", "accumulate", "log_every", "steps", "checkpoint_every"):
            if (value := getattr(self, name)) is not None:
                check_integer(name, value, 1)
        for name in ("clip_norm", "clip_value"):
            if (value := getattr(self, name)) is not None:
                check_bounds(name, value, above=0)
        autocast_dtype(self.precision)
        check_layout(self.layout)

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
