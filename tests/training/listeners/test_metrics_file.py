import json
import math
import os

import pytest
from hypothesis import given
from hypothesis import strategies as st

from deepdive.training.listeners import MetricsFile, _lines, read_metrics
from deepdive.training.records import Plan, Record


def write(path, records, *, start_records=0):
    listener = MetricsFile(path)
    listener.start(Plan(total_steps=20, steps_per_epoch=10, start_records=start_records))
    for record in records:
        listener.record(record)
    listener.finish()
    listener.finish()
    return listener


def test_one_json_object_per_record(tmp_path, records):
    path = tmp_path / "metrics.jsonl"
    listener = write(path, records)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert lines[0] == {"kind": "train", "epoch": 1, "step": 5, "train_loss": 0.4, "learning_rate": 0.1}
    assert len(lines) == len(records) == listener.count
    assert read_metrics(path) == records


def test_a_line_is_there_as_soon_as_it_is_recorded(tmp_path, plan, records):
    listener = MetricsFile(tmp_path / "metrics.jsonl")
    listener.start(plan)
    listener.record(records[0])
    assert read_metrics(listener.path) == records[:1]
    listener.sync()
    listener.finish()


@pytest.mark.parametrize("kept", [0, 3, 7])
def test_a_resumed_run_writes_the_same_bytes(tmp_path, records, kept):
    once, twice = tmp_path / "once", tmp_path / "twice"
    write(once, records)
    write(twice, records[:kept])
    with twice.open("a") as file:
        file.write('{"kind": "train", "epoch": 9, "step": 99}\n{"kind": "tr')  # after the checkpoint, and torn
    write(twice, records[kept:], start_records=kept)
    assert twice.read_bytes() == once.read_bytes()


def test_a_file_that_misses_lines_is_refused(tmp_path, records):
    path = tmp_path / "metrics.jsonl"
    write(path, records[:2])
    with pytest.raises(ValueError, match=r"metrics.jsonl holds 2 whole lines, so it cannot keep the first 5"):
        write(path, records, start_records=5)


finite = st.floats(allow_nan=False, allow_infinity=False)


@given(metrics=st.dictionaries(st.text().filter(lambda name: name not in ("kind", "epoch", "step")), finite))
def test_any_name_and_any_number_come_back(tmp_path_factory, metrics):
    path = tmp_path_factory.mktemp("metrics") / "metrics.jsonl"
    record = Record("epoch", 1, 10, metrics)
    write(path, [record, record])
    assert read_metrics(path) == [record, record]


def test_what_json_does_not_know_is_null_and_read_as_nan(tmp_path):
    path = tmp_path / "metrics.jsonl"
    write(path, [Record("train", 1, 1, {"a": math.nan, "b": math.inf, "c": -math.inf, "d": 0.5})])
    assert json.loads(path.read_text()) == {"kind": "train", "epoch": 1, "step": 1} | dict.fromkeys("abc") | {"d": 0.5}
    back = read_metrics(path)[0].metrics
    assert [math.isnan(back[name]) for name in "abcd"] == [True, True, True, False]


def test_refuses_names_and_values_that_are_no_metrics(tmp_path, plan):
    listener = MetricsFile(tmp_path / "metrics.jsonl")
    listener.start(plan)
    with pytest.raises(ValueError, match="must not be named 'step'"):
        listener.record(Record("train", 1, 1, {"step": 1.0}))
    wrong = Record("train", 1, 1, {})
    wrong.metrics["loss"] = "low"  # pyright: ignore[reportArgumentType]
    with pytest.raises(TypeError, match="metric 'loss' must be a plain number, got str: 'low'"):
        listener.record(wrong)
    listener.finish()
    assert listener.count == 0


def test_a_folder_that_is_missing_is_known_at_the_start(tmp_path, plan):
    with pytest.raises(FileNotFoundError, match=r"absent.metrics\.jsonl"):
        MetricsFile(tmp_path / "absent" / "metrics.jsonl").start(plan)


def test_a_full_disk_is_an_error(records, monkeypatch):
    monkeypatch.setattr(_lines, "plain_only", os.open)  # the one device that is always full is else refused
    listener = MetricsFile("/dev/full")
    with pytest.raises(OSError, match="cannot write line 1: No space left"):
        listener.record(records[0])
    with pytest.raises(OSError, match="Invalid argument"):  # a device has nothing to wait for
        listener.finish()


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"kind": "train", "epoch": 1', "Expecting"),
        ("[1, 2]", "expected an object, got list"),
        (
            f'{{"kind": "train", "epoch": 1, "step": 1, "loss": {"9" * 400}}}',
            "'loss' must be a number that a double holds",
        ),
        ('{"kind": "train"}', "epoch, step missing"),
        ('{"kind": "other", "epoch": 1, "step": 1}', "kind must be one of train, epoch, test, got 'other'"),
        ('{"kind": "train", "epoch": 1.5, "step": 1}', "epoch must be a whole number from 0, got 1.5"),
        ('{"kind": "train", "epoch": 1, "step": true}', "step must be a whole number from 0, got True"),
        ('{"kind": "train", "epoch": 1, "step": 1, "a": "b"}', "metric 'a' must be a number or null, got 'b'"),
        ("", "Expecting value"),
        ("[" * 100_000 + "]" * 100_000, "nesting must be at most 100 levels deep, got more"),
    ],
)
def test_a_damaged_line_is_named(tmp_path, line, reason):
    path = tmp_path / "metrics.jsonl"
    path.write_text('{"kind": "train", "epoch": 1, "step": 1}\n' + line + "\n")
    with pytest.raises(ValueError, match=rf"metrics\.jsonl, line 2: not a record: .*{reason}"):
        read_metrics(path, strict=False)


def test_bytes_that_are_no_text_are_a_damaged_line(tmp_path):
    path = tmp_path / "metrics.jsonl"
    path.write_bytes(b"\xff\xfe\xfd\n")
    with pytest.raises(ValueError, match="line 1: not a record"):
        read_metrics(path)


def test_a_torn_last_line_is_tolerated_on_request(tmp_path, records):
    path = tmp_path / "metrics.jsonl"
    write(path, records)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(ValueError, match="line 7: torn"):
        read_metrics(path)
    assert read_metrics(path, strict=False) == records[:-1]


def test_no_file_no_records(tmp_path):
    with pytest.raises(FileNotFoundError, match="absent"):
        read_metrics(tmp_path / "absent.jsonl")
    (tmp_path / "empty.jsonl").touch()
    assert read_metrics(tmp_path / "empty.jsonl") == []
