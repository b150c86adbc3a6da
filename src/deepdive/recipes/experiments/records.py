"""Experiments whose loop is not the trainer's: counts, closed forms, searches, agents, games."""

from abc import abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from deepdive.recipes.experiments.experiment import Experiment, SettingsT
from deepdive.training import Plan, Record, Run, TrainingInterrupted
from deepdive.training.loop.interrupt import stop_request
from deepdive.training.records import Listener, Storing


class RecordsExperiment(Experiment[SettingsT]):
    """A generator of records is the loop; progress, metrics file, checkpoints and resume are the base's.

    To fill in: `load`, `plan`, `records` and `metrics`; where work must not be repeated, `state` and `load_state`. The
    state is saved after each record of kind ``epoch``, and a resumed run begins with the last one saved. A signal ends
    the run after the record that is being made.
    """

    @abstractmethod
    def plan(self) -> Plan:
        """The size of the work; a step is what records count by."""

    @abstractmethod
    def records(self, run: Run) -> Iterator[Record]:
        """Do the work that `state` does not hold yet, and yield what is measured as it comes."""

    @abstractmethod
    def metrics(self, run: Run) -> dict[str, float]:
        """The final metrics, once all records are made."""

    def state(self) -> dict[str, Any] | None:
        """A nest of tensors, numbers and strings that the work can go on from; ``None``: it is repeated."""
        return None

    def load_state(self, state: dict[str, Any]) -> None:
        """Go back to what `state` gave."""

    def train(self, run: Run, listeners: Sequence[Listener], *, resume: bool) -> dict[str, float]:
        """Tell the listeners every record, and save the state.

        Raises:
            TrainingInterrupted: SIGINT, SIGTERM or SIGHUP came; what is saved is not repeated.
            CheckpointError: the checkpoint to resume from is damaged or foreign.
        """
        done: dict[str, Any] = {"step": 0, "epoch": 0, "records": 0}
        if resume and run.checkpoints.has(_STATE):
            content = run.checkpoints.load(_STATE)
            done = content["done"]
            self.load_state(content["state"])
        plan = replace(self.plan(), start_step=done["step"], start_epoch=done["epoch"], start_records=done["records"])
        with ExitStack() as at_the_end:
            stop = at_the_end.enter_context(stop_request())
            for listener in listeners:
                at_the_end.callback(listener.finish)
                listener.start(plan)
            for record in self.records(run):
                for listener in listeners:
                    listener.record(record)
                done = {"step": record.step, "epoch": record.epoch, "records": done["records"] + 1}
                if record.kind == "epoch" and (state := self.state()) is not None:
                    for listener in listeners:
                        if isinstance(listener, Storing):
                            listener.sync()
                    run.checkpoints.save(_STATE, {"done": done, "state": state})
                if stop.signal is not None:
                    raise TrainingInterrupted(f"stopped by signal {stop.signal}", stop.signal)
        return self.metrics(run)


_STATE = "state"
"""The checkpoint of a loop; ``last`` and ``best`` hold networks."""
