"""``timing.jsonl``: when each record came and how fast the steps before it were."""

import json
import time
from collections.abc import Callable
from pathlib import Path

from deepdive.training.listeners._lines import LineFile
from deepdive.training.listeners._warn_once import WarnOnce
from deepdive.training.records import Plan, Record


class TimingFile:
    """Append the clock time of every record, apart from the metrics, which must not depend on the clock.

    ``{"kind": "train", "epoch": 1, "step": 100, "seconds": 0.52, "steps_per_second": 210.3}``

    ``seconds`` count from the start of the session, so they fall where a run was resumed. With
    ``batch_size``, the examples of one optimiser step, a line also has ``examples_per_second``. The record of an
    epoch or a test has no rate. A file that cannot be written is one warning and does not end the run.

    Raises:
        ValueError: when ``batch_size`` is not positive.
    """

    def __init__(
        self,
        path: Path | str,
        *,
        batch_size: int | None = None,
        clock: Callable[[], float] = time.perf_counter,
    ) -> None:
        if batch_size is not None and batch_size < 1:
            raise ValueError(f"batch_size must be at least 1, got {batch_size}")
        self._lines = LineFile(path)
        self._batch_size = batch_size
        self._clock = clock
        self._warn_once = WarnOnce("the timing file")
        self._begin, self._step, self._seconds = 0.0, 0, 0.0

    def start(self, plan: Plan) -> None:
        """Start the clock."""
        self._begin, self._step, self._seconds = self._clock(), plan.start_step, 0.0
        with self._warn_once:
            self._lines.open()

    def record(self, record: Record) -> None:
        """Append one line."""
        seconds = self._clock() - self._begin
        fields: dict[str, str | int | float] = {
            "kind": record.kind,
            "epoch": record.epoch,
            "step": record.step,
            "seconds": round(seconds, 6),
        }
        steps, passed = record.step - self._step, seconds - self._seconds
        if record.kind == "train" and passed > 0:  # the time of other records has an evaluation in it
            fields["steps_per_second"] = round(steps / passed, 3)
            if self._batch_size is not None:
                fields["examples_per_second"] = round(steps * self._batch_size / passed, 3)
        self._step, self._seconds = record.step, seconds
        with self._warn_once:
            self._lines.append(json.dumps(fields))

    def finish(self) -> None:
        """Close the file."""
        self._lines.close()
