"""``metrics.jsonl``: every record of a run, one JSON object per line."""

import json
import math
import sys
from pathlib import Path
from typing import Any, get_args, get_type_hints

from deepdive.files import parse_json
from deepdive.training.listeners._lines import LineFile
from deepdive.training.records import Plan, Record

_PLACE = ("kind", "epoch", "step")
_KINDS = get_args(get_type_hints(Record)["kind"])


class MetricsFile:
    r"""Append every record as one line of JSON, so that a run's figures outlive it.

    ``{"kind": "epoch", "epoch": 1, "step": 430, "train_loss": 0.61, "val_accuracy": 0.81}``

    The same records give the same bytes: no clock time, floats by ``repr``. A line has left the process
    when :meth:`record` returns, so a killed one loses none. NaN and infinities, which JSON does not have, are
    written as ``null`` and read back as NaN.

    A resumed run keeps the records its checkpoint counts (``plan.start_records``) and drops what an
    interrupted session wrote after it, so that the file is the uninterrupted run's.

    Raises:
        OSError: naming the file, when it cannot be written: figures are not optional.
        ValueError: for a metric named ``kind``, ``epoch`` or ``step``.
        TypeError: for a metric that is not a number.
    """

    def __init__(self, path: Path | str) -> None:
        self._lines = LineFile(path)

    @property
    def path(self) -> Path:
        """Where the lines are."""
        return self._lines.path

    @property
    def count(self) -> int:
        """Whole lines in the file."""
        return self._lines.count

    def start(self, plan: Plan) -> None:
        """Open the file and drop the lines after ``plan.start_records``.

        Raises:
            ValueError: when the file holds fewer whole lines than that.
        """
        self._lines.truncate(plan.start_records)
        self._lines.open()

    def record(self, record: Record) -> None:
        """Append one line; an epoch's or the test's is on the disk when this returns."""
        place = {"kind": record.kind, "epoch": record.epoch, "step": record.step}
        metrics = {name: _checked(name, value) for name, value in record.metrics.items()}
        self._lines.append(json.dumps(place | metrics, allow_nan=False))
        if record.kind != "train":
            self._lines.sync()

    def truncate(self, lines: int) -> None:
        """Keep the first ``lines`` lines; later ones, and a torn last one, are dropped.

        Raises:
            ValueError: when ``lines`` is negative or the file holds fewer whole lines.
        """
        self._lines.truncate(lines)

    def sync(self) -> None:
        """Wait until every line is on the disk, not only in the system's cache."""
        self._lines.sync()

    def finish(self) -> None:
        """Sync and close; a second call does nothing."""
        try:
            self._lines.sync()
        finally:
            self._lines.close()


def read_metrics(path: Path | str, *, strict: bool = True) -> list[Record]:
    """Records of a metrics file, in order.

    With ``strict=False`` a torn last line, which a killed process may leave, is passed over.

    Raises:
        FileNotFoundError: when there is no such file.
        ValueError: naming file and line, for a line that is no record.
    """
    path = Path(path)
    *lines, torn = path.read_bytes().split(b"\n")
    if torn and strict:
        raise ValueError(f"{path}, line {len(lines) + 1}: torn, it has no line end")
    records = []
    for number, line in enumerate(lines, start=1):
        try:
            records.append(_parsed(parse_json(line)))
        except ValueError as error:  # also JSONDecodeError and UnicodeDecodeError
            raise ValueError(f"{path}, line {number}: not a record: {error}") from error
    return records


def _checked(name: str, value: object) -> float | None:
    if name in _PLACE:
        raise ValueError(f"a metric must not be named {name!r}: every line has its own {', '.join(_PLACE)}")
    if not isinstance(value, int | float):
        raise TypeError(f"metric {name!r} must be a plain number, got {type(value).__name__}: {value!r}")
    return float(value) if math.isfinite(value) else None


def _parsed(fields: Any) -> Record:
    if not isinstance(fields, dict):
        raise ValueError(f"expected an object, got {type(fields).__name__}")
    if missing := [name for name in _PLACE if name not in fields]:
        raise ValueError(f"{', '.join(missing)} missing")
    kind, epoch, step = (fields.pop(name) for name in _PLACE)
    if kind not in _KINDS:
        raise ValueError(f"kind must be one of {', '.join(_KINDS)}, got {kind!r}")
    for name, value in (("epoch", epoch), ("step", step)):
        if type(value) is not int or value < 0:
            raise ValueError(f"{name} must be a whole number from 0, got {value!r}")
    for name, value in fields.items():
        if value is not None and type(value) not in (int, float):
            raise ValueError(f"metric {name!r} must be a number or null, got {value!r}")
        if type(value) is int and abs(value) > sys.float_info.max:
            raise ValueError(
                f"metric {name!r} must be a number that a double holds, got one of {len(str(value))} digits"
            )
    metrics = {name: math.nan if value is None else float(value) for name, value in fields.items()}
    return Record(kind=kind, epoch=epoch, step=step, metrics=metrics)
