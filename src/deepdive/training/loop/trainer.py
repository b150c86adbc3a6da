"""One loop for all tasks."""

import sys
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn
from torch.nn.parameter import UninitializedParameter

from deepdive.checks import told
from deepdive.data.own import OwnDataModule
from deepdive.data.types import DataModule
from deepdive.training.devices import choose_device
from deepdive.training.listeners.notebook import NotebookBoard, in_notebook
from deepdive.training.listeners.progress import choose_progress
from deepdive.training.loop.first_batch import size_lazy_layers
from deepdive.training.loop.interrupt import stop_request
from deepdive.training.loop.options import Options
from deepdive.training.loop.session import Session
from deepdive.training.records import Listener, Storing
from deepdive.training.runs.checkpoints import FolderCheckpoints, MemoryCheckpoints
from deepdive.training.runs.random_state import seed_everything
from deepdive.training.task import Task


@dataclass(frozen=True, kw_only=True)
class Trainer(Options):
    """How a task is trained on data (D2L section 3.2.4).

    >>> from torch import nn
    >>> from deepdive.training import Regression
    >>> x = torch.linspace(-1, 1, 64).unsqueeze(1)
    >>> task = Regression(nn.Linear(1, 1), optimizer="sgd", lr=0.1)
    >>> metrics = Trainer(epochs=30).fit(task, (x, 3 * x + 1), validation=(x, 3 * x + 1), progress=False)
    >>> round(task.network.bias.item(), 2), sorted(metrics)
    (1.0, ['train_loss', 'train_rmse', 'val_loss', 'val_rmse'])

    ``for record in trainer.session(task, data)`` drives it yourself.

    Raises:
        TypeError: an option is of another kind, e.g. half an epoch.
        ValueError: an option is out of its range; names it.
    """

    def session(
        self,
        task: Task,
        train: Any,
        checkpoints: FolderCheckpoints | MemoryCheckpoints | None = None,
        *,
        validation: Any = None,
        test: Any = None,
        batch_size: int | None = None,
        num_workers: int = 0,
    ) -> "Session":
        """The loop itself, ready to be iterated over: it yields records. For the data, see `fit`.

        Raises:
            TypeError: the data is of no known kind.
            ValueError: there is no such device, no training data, or nothing of the name ``monitor``.
        """
        check_task(task)
        words: Any = {"batch_size": batch_size, "num_workers": num_workers}
        data = self._data(task, train, validation, test, **words)
        data.prepare()
        device = choose_device(self.device)
        task.to(device)
        size_lazy_layers(task, data, device)
        return Session(self, task, data, device, checkpoints or MemoryCheckpoints())

    def fit(
        self,
        task: Task,
        train: Any,
        *,
        validation: Any = None,
        test: Any = None,
        batch_size: int | None = None,
        num_workers: int = 0,
        checkpoints: FolderCheckpoints | MemoryCheckpoints | None = None,
        listeners: Iterable[Listener] | None = None,
        progress: bool | None = None,
        resume: bool = False,
    ) -> dict[str, float]:
        """Train, tell the listeners, and return the metrics of the best epoch and of the test; its weights stay.

        Which epoch is best, ``monitor`` says; ``train_`` and ``val_`` metrics are of the same one as ``test_`` metrics.

        With ``resume`` the run goes on from the checkpoint ``last`` and gives, bit for bit, what it would have given
        without a break. Of a DataLoader or another iterable of yours this holds if its order is drawn from torch's,
        NumPy's or Python's global generator, or from one of its own, when a pass begins, as torch's samplers do; the
        batches of the epoch that were done are made again and passed over. Where nothing says so, the plan has a note.

        Args:
            task: what to learn, e.g. ``Classification(network)``.
            train: a `DataModule`, which has its own validation and test data; a torch DataLoader or another iterable of
                batches, taken as it is; a torch Dataset or a list of examples; tensors or NumPy arrays ``(x, y)``, or a
                dict of them. What is batched here is shuffled by ``(seed, epoch)``. Batches are tuples, lists or dicts.
            validation: of the same kinds, measured after each epoch.
            test: of the same kinds, measured at the end.
            batch_size: examples per batch where batches are made here, 32 if not given.
            num_workers: processes that make the batches of a Dataset; the same batches, however many.
            checkpoints: where the run is saved; in memory, if not given.
            listeners: who is told; if not given, progress on standard error: lines, or a bar on a terminal.
            progress: true: progress besides the listeners; false: none.
            resume: go on from the checkpoint ``last``.

        Numbers in double precision, as NumPy's are, become those of the network's weights.

        Raises:
            TypeError: the data is of no known kind.
            ValueError: an argument or a batch does not fit; names it, or the layer.
            TrainingInterrupted: SIGINT, SIGTERM or SIGHUP came; the run is saved if its checkpoints lie in a folder.
            DivergedError: the loss is NaN or infinite.
            CheckpointError: the checkpoint to resume from is damaged or foreign.
        """
        with ExitStack() as at_the_end:
            stop = at_the_end.enter_context(stop_request())
            seed_everything(self.seed)
            words: Any = {"batch_size": batch_size, "num_workers": num_workers}
            session = self.session(task, train, checkpoints, validation=validation, test=test, **words)
            session.stop = stop
            at_the_end.enter_context(_repeatable(session.device))
            if resume:
                session.resume()
            hearing = list(listeners or ())
            if progress or (progress is None and listeners is None):
                hearing.append(NotebookBoard() if in_notebook() else choose_progress(sys.stderr))
            session.before_saving = [each.sync for each in hearing if isinstance(each, Storing)]
            for listener in hearing:
                at_the_end.callback(listener.finish)
                listener.start(session.plan)
            for record in session:
                for listener in hearing:
                    listener.record(record)
        return session.metrics

    def _data(self, task: Task, train: Any, validation: Any, test: Any, **words: Any) -> DataModule:
        if not isinstance(train, DataModule):
            limit = None if self.steps is None else self.steps * self.accumulate
            words |= {"seed": self.seed, "limit": limit, "dtype": weight_dtype(task), "target": task.target}
            return OwnDataModule(train, validation, test, **words)
        given = {"validation": validation, "test": test, "batch_size": words["batch_size"]}
        given["num_workers"] = words["num_workers"] or None
        for name, value in given.items():
            if value is not None:
                raise ValueError(
                    f"{name} must be None where train is a DataModule, which has its own, got {told(value)}"
                )
        return train


def check_task(task: Any) -> None:
    """Check that there is a task.

    Raises:
        TypeError: it is something else, such as a network.
    """
    if not isinstance(task, Task):
        hint = ", e.g. Classification(network) or Regression(network)" if isinstance(task, nn.Module) else ""
        raise TypeError(f"task must be a Task{hint}, got {told(task)}")


def weight_dtype(task: Task) -> torch.dtype:
    """Of the first floating-point parameter whose size is known; else torch's default."""
    for parameter in task.parameters():
        if parameter.is_floating_point() and not isinstance(parameter, UninitializedParameter):
            return parameter.dtype
    return torch.get_default_dtype()


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
