import json
import logging
import os

import pytest

from deepdive.training.listeners import TimingFile, _lines
from deepdive.training.records import Plan, Record


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def lines(path):
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_seconds_and_speed_since_the_record_before(tmp_path):
    clock, path = Clock(), tmp_path / "timing.jsonl"
    timing = TimingFile(path, batch_size=32, clock=clock)
    timing.start(Plan(total_steps=100, steps_per_epoch=50, start_step=10))
    clock.now += 2.0
    timing.record(Record("train", 1, 30, {"train_loss": 1.0}))
    clock.now += 0.5
    timing.record(Record("epoch", 1, 30, {"val_loss": 1.0}))
    clock.now += 0.5
    timing.record(Record("train", 2, 50, {"train_loss": 1.0}))
    timing.finish()
    place = {"kind": "train", "epoch": 1, "step": 30, "seconds": 2.0}
    assert lines(path) == [
        place | {"steps_per_second": 10.0, "examples_per_second": 320.0},
        {"kind": "epoch", "epoch": 1, "step": 30, "seconds": 2.5},
        {"kind": "train", "epoch": 2, "step": 50, "seconds": 3.0, "steps_per_second": 40.0}
        | {"examples_per_second": 1280.0},
    ]


def test_sessions_follow_each_other_and_a_torn_line_goes(tmp_path, plan, records):
    path = tmp_path / "timing.jsonl"
    path.write_text('{"kind": "train", "epoch": 1, "step": 1, "seconds": 1.0}\n{"kin')
    timing = TimingFile(path)
    timing.start(plan)
    timing.record(records[0])
    timing.finish()
    assert [line["step"] for line in lines(path)] == [1, 5]
    assert "examples_per_second" not in lines(path)[1]


def test_a_file_that_cannot_be_written_is_one_warning(plan, records, caplog, monkeypatch):
    monkeypatch.setattr(_lines, "plain_only", os.open)  # the one device that is always full is else refused
    timing = TimingFile("/dev/full")
    with caplog.at_level(logging.WARNING):
        timing.start(plan)
        for record in records:
            timing.record(record)
        timing.finish()
    assert [record.getMessage() for record in caplog.records] == [
        "could not write the timing file, the run goes on without: "
        "[Errno 28] cannot write line 1: No space left on device: '/dev/full'"
    ]


def test_refuses_an_impossible_batch_size(tmp_path):
    with pytest.raises(ValueError, match="batch_size must be at least 1, got 0"):
        TimingFile(tmp_path / "timing.jsonl", batch_size=0)
