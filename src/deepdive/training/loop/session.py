"""The training loop: batches in, records out."""

import math
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import islice
from typing import Any, Literal

import torch

from deepdive.data.own import IterableLoader
from deepdive.data.types import DataModule
from deepdive.training.formats import Format, choose_format, kept_format, lay_out
from deepdive.training.loop.averaging import AveragedWeights
from deepdive.training.loop.early_stopping import Best, monitored
from deepdive.training.loop.evaluation import compute, evaluate, reset
from deepdive.training.loop.interrupt import StopRequest, TrainingInterrupted
from deepdive.training.loop.last_batch import without_lone_example
from deepdive.training.loop.options import Options
from deepdive.training.loop.progress import DivergedError, LossBuffer, Progress, advised, explained_by_data, not_finite
from deepdive.training.loop.replayed import ReplayedLoader
from deepdive.training.loop.step import Stepper
from deepdive.training.records import Plan, Record
from deepdive.training.runs.checkpoints import CheckpointError, FolderCheckpoints, MemoryCheckpoints
from deepdive.training.runs.random_state import random_tensors, restore_random_tensors
from deepdive.training.task import Task


class Session:
    """One run of a trainer, or the rest of one after ``resume``. Iterate over it once.

    Each epoch ends with a record, the checkpoint ``last``, and ``best`` if the monitored metric was never better.
    Without a validation split the test set is measured after each epoch, for the curve only: nothing is chosen by it.
    """

    def __init__(
        self,
        options: Options,
        task: Task,
        data: DataModule,
        device: torch.device,
        checkpoints: FolderCheckpoints | MemoryCheckpoints,
    ) -> None:
        self.options = options
        self.task = task
        self.device = device
        self.checkpoints = checkpoints
        self.stop = StopRequest()
        self.before_saving: list[Callable[[], None]] = []
        self.metrics: dict[str, float] = {}
        self.progress = Progress()
        for metric in task.metrics.values():
            metric.to(device)
        # in training mode, which tells what is frozen
        own = data.train_loader()
        self._replayed = ReplayedLoader(own) if isinstance(own, IterableLoader) else None
        self._train, self._notes = without_lone_example(self._replayed or own, task.train().network)
        self._val = data.val_loader()
        self._test = data.test_loader()
        self._data_notes = data.notes
        if self._train.num_examples == 0 or len(self._train) == 0:
            raise ValueError("the training data has no batches; it needs an example, or one full batch with drop_last")
        per_epoch = -(-len(self._train) // options.accumulate)
        total = options.epochs * per_epoch
        self._total_steps = min(total, options.steps or total)
        self._steps_per_epoch = per_epoch
        better = {name: metric.higher_is_better for name, metric in task.metrics.items()}
        self.best = monitored(options.monitor, better, options.early_stopping, validated=self._val is not None)
        self._stepper = Stepper(
            task,
            task.configure_optimizers(self._size),
            device,
            clip_norm=options.clip_norm,
            clip_value=options.clip_value,
            compile=options.compile,
            batch_size=self._train.batch_size,
        )
        self._averaged = AveragedWeights(task, self._stepper.optimizer, options.ema_decay, self._train, self._replayed)
        self._compute_in(choose_format(task.network, device, precision=options.precision, layout=options.layout))
        self._losses = LossBuffer()
        self._saved_step = 0
        self._resumed = False

    @property
    def plan(self) -> Plan:
        """The size of the work, how much of it is done, and how it is computed."""
        notes = (*self._data_notes, *self._notes, *self.format.notes(self.options.precision))
        return replace(self._size, precision=self.format.precision, layout=self.format.layout, notes=notes)

    def __iter__(self) -> Iterator[Record]:
        """Train to the end, then test the best weights."""
        progress = self.progress
        while not self._done:
            self.task.begin_epoch(progress.epoch)
            self.task.train()
            if progress.step < self._total_steps:
                yield from self._steps()
            yield self._end_epoch()
            self._save_epoch()
            if self.stop.signal is not None:
                self._interrupt(self.stop.signal)
        yield from self._finish()

    def resume(self) -> None:
        """Go back to the checkpoint ``last``; without one, start from the beginning.

        Raises:
            CheckpointError: the checkpoint is damaged, or belongs to another network or optimiser.
        """
        if not self.checkpoints.has("last"):
            return
        saved = self.checkpoints.load("last")
        try:
            if saved["kinds"] != self._kinds:
                raise ValueError(f"it was made with {saved['kinds']}, not {self._kinds}")
            # before the state of the optimiser, which is laid out as the weights are
            self._compute_in(kept_format(saved["format"], precision=self.options.precision, layout=self.options.layout))
            self._load_weights(saved)
            self._stepper.load_optimizer(saved["optimizer"])
            if self._stepper.schedule is not None:
                self._stepper.schedule.load_state_dict(saved["schedule"])
            self._stepper.scaler.load_state_dict(saved["scaler"])
            self._averaged.load_state_dict(saved["average"])
            self.progress.load_state_dict(saved["progress"])
            self.best = Best(**saved["best"])
            for name, metric in self.task.metrics.items():
                metric.load_state(saved["metrics"][name])
            if self._replayed is not None:
                self._replayed.load_state_dict(saved["loader"])
            self.metrics = saved["values"]
            restore_random_tensors(saved["random"])
            self._saved_step = self.progress.step
            self._resumed = True
        except (KeyError, RuntimeError, TypeError, ValueError) as error:
            raise CheckpointError(f"the checkpoint 'last' does not fit this task: {error}") from error

    @property
    def _size(self) -> Plan:
        progress = self.progress
        return Plan(self._total_steps, self._steps_per_epoch, progress.step, progress.records, progress.epoch)

    @property
    def _done(self) -> bool:
        """Whether every epoch is over; one whose last step was saved may still lack its end."""
        progress = self.progress
        if progress.stopped or progress.epoch == self.options.epochs:
            return True
        return progress.step == self._total_steps and progress.batch == 0

    def _steps(self) -> Iterator[Record]:
        """The rest of the current epoch, step by step. The hot path: no device is waited for between two records."""
        progress, options, stepper, losses = self.progress, self.options, self._stepper, self._losses
        batches = iter(self._train.batches(progress.epoch, start=progress.batch, device=self.device))
        while of_step := tuple(islice(batches, options.accumulate)):
            for loss in stepper.accumulate(of_step, progress.step):
                losses.add(loss, progress.step + 1)
                progress.batch += 1
            stepper.update()
            self._averaged.update()
            progress.step += 1
            if progress.step % options.log_every == 0:
                yield self._train_record()
            if options.checkpoint_every and progress.step % options.checkpoint_every == 0:
                self._save_last()
            if self.stop.signal is not None:
                self._interrupt(self.stop.signal)
            if progress.step == self._total_steps:
                break

    def _train_record(self) -> Record:
        self._read_losses()
        values = {
            "train_loss": self.progress.interval.value,
            "learning_rate": float(self._stepper.learning_rate),
        }
        self.progress.interval.clear()
        return self._record("train", self.progress.epoch + 1, values)

    def _end_epoch(self) -> Record:
        progress = self.progress
        self._read_losses()
        progress.whole_epoch.check("train", penalized=getattr(self.task, "penalty", None) is not None)
        values = {"train_loss": progress.whole_epoch.value}
        values |= {f"train_{name}": value for name, value in compute(self.task).items()}
        reset(self.task.metrics.values())
        self._averaged.enter(self.progress.epoch, self.device, self.format.precision)
        values |= self._evaluate("val") or self._evaluate("test")
        self._stepper.end_epoch()
        progress.epoch += 1
        progress.batch = 0
        progress.interval.clear()
        progress.whole_epoch.clear()
        self.metrics = values
        return self._record("epoch", progress.epoch, values)

    def _save_epoch(self) -> None:
        stopping = self.options.early_stopping
        if self.best.update(self.metrics):
            best = self._weights() | {"format": vars(self.format), "progress": self.progress.state_dict()}
            self.checkpoints.save("best", best | {"values": self.metrics})
        if stopping is not None and self.best.epochs_since >= stopping.patience:
            self.progress.stopped = True
        self._averaged.leave()
        self._save_last()

    def _finish(self) -> Iterator[Record]:
        tested_at = vars(self.progress)  # epoch and step of the weights, whose metrics these are, too
        if math.isnan(self.best.value):
            self._averaged.enter(self.progress.epoch, self.device, self.format.precision)
        else:  # it has been saved in this run; if the file is gone, that is an error
            self._load_weights(best := self.checkpoints.load("best"))
            tested_at, self.metrics = best["progress"], best["values"]
        kept = self.checkpoints.tested() if self._resumed else None
        tested = self._evaluate("test") if kept is None else kept
        self.metrics = self.metrics | tested
        if tested:
            self.progress.records += 1
            yield Record("test", tested_at["epoch"], tested_at["step"], tested)
            self.checkpoints.save_tested(tested)

    def _evaluate(self, prefix: Literal["val", "test"]) -> dict[str, float]:
        loader = self._val if prefix == "val" else self._test
        if loader is None:
            return {}
        try:
            return evaluate(
                self.task,
                loader,
                self.device,
                prefix=prefix,
                precision=self.format.precision,
                step=self.progress.step,
            )
        except DivergedError as error:
            raise self._explained(error) from None

    def _record(self, kind: Literal["train", "epoch"], epoch: int, values: dict[str, float]) -> Record:
        self.progress.records += 1
        return Record(kind, epoch, self.progress.step, values)

    def _read_losses(self) -> None:
        try:
            self._losses.flush_into(self.progress.interval, self.progress.whole_epoch)
        except DivergedError as error:
            epoch, size = self.progress.epoch, self.options.accumulate
            start = (error.step - 1 - epoch * self._steps_per_epoch) * size
            place: Any = {"start": start, "count": size} if self._replayed is None else {}  # whose order may be another
            raise self._explained(explained_by_data(error, self._train, "train", epoch=epoch, **place)) from None

    def _save_last(self) -> None:
        """Save everything a resumed run needs; a diverged network is noticed first and never saved."""
        self._read_losses()
        if error := not_finite(self.task, self.progress.step):
            raise self._explained(error)
        stepper = self._stepper
        content: dict[str, Any] = {
            "kinds": self._kinds,
            "format": vars(self.format),
            **self._weights(),
            "optimizer": stepper.optimizer.state_dict(),
            "schedule": stepper.schedule.state_dict() if stepper.schedule is not None else None,
            "scaler": stepper.scaler.state_dict(),
            "average": self._averaged.state_dict(),
            "progress": self.progress.state_dict(),
            "best": vars(self.best),
            "metrics": {name: metric.state for name, metric in self.task.metrics.items()},
            "values": self.metrics,
            "random": random_tensors(),
            "loader": None if self._replayed is None else self._replayed.state_dict(),
        }
        for make_sure in self.before_saving:  # a checkpoint counts records: they must not be lost before it
            make_sure()
        self.checkpoints.save("last", content)
        self._saved_step = self.progress.step

    def _weights(self) -> dict[str, Any]:
        return {"model": self.task.network.state_dict(), "task": self.task.own_state()}

    def _load_weights(self, saved: dict[str, Any]) -> None:
        self.task.network.load_state_dict(saved["model"])
        self.task.load_own_state(saved.get("task", {}))

    def _compute_in(self, format: Format) -> None:
        self.format = format
        lay_out(self.task.network, format.layout)
        self._stepper.compute_in(format.precision)

    @property
    def _kinds(self) -> list[str]:
        """The optimiser and the schedule by name: the state of one kind must not be given to another."""
        return [type(self._stepper.optimizer).__name__, type(self._stepper.schedule).__name__]

    def _interrupt(self, signal: int) -> None:
        self._save_last()
        saved = "; the run is saved" if self.checkpoints.has("last") else ""
        raise TrainingInterrupted(f"stopped by signal {signal} after step {self.progress.step}{saved}", signal)

    def _explained(self, error: DivergedError) -> DivergedError:
        return advised(error, self.checkpoints, self._saved_step)
