import logging
import math
import re
import sys

import pytest

from deepdive.training.listeners import TensorBoard
from deepdive.training.records import Plan, Record


def run(folder, plan, records):
    board = TensorBoard(folder)
    board.start(plan)
    for record in records:
        board.record(record)
    board.finish()
    board.finish()


def scalars(folder):
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    events = EventAccumulator(str(folder))
    events.Reload()
    return {tag: [(event.step, event.value) for event in events.Scalars(tag)] for tag in events.Tags()["scalars"]}


def test_scalars_by_family(tmp_path, plan, records):
    run(tmp_path, plan, records)
    read = scalars(tmp_path)
    assert set(read) == {
        *("loss/train", "loss/train_epoch", "loss/val", "loss/test"),
        *("accuracy/val", "accuracy/test", "learning_rate"),
    }
    assert read["loss/val"] == [(10, pytest.approx(0.4)), (20, pytest.approx(0.2))]
    assert read["loss/train"] == [(step, pytest.approx(2 / step)) for step in (5, 10, 15, 20)]
    assert read["loss/test"] == [(20, pytest.approx(0.25))]


def test_a_resumed_run_replaces_what_came_after_the_checkpoint(tmp_path, plan, records):
    run(tmp_path, plan, records[:5])  # to step 15; the checkpoint is at step 10
    changed = [Record(record.kind, record.epoch, record.step, {"train_loss": 9.0}) for record in records[3:4]]
    run(tmp_path, Plan(total_steps=20, steps_per_epoch=10, start_step=10, start_records=3), changed)
    assert scalars(tmp_path)["loss/train"] == [(5, pytest.approx(0.4)), (10, pytest.approx(0.2)), (15, 9.0)]


def test_odd_names_and_values(tmp_path, plan):
    run(tmp_path, plan, [Record("train", 1, 1, {"a\nb ü": math.nan, "\ud800": 1.0})])
    read = scalars(tmp_path)
    assert math.isnan(read["a?b ü"][0][1])
    assert read["?"] == [(1, 1.0)]


def test_no_event_is_written_through_a_link(tmp_path, plan, records, caplog, monkeypatch):
    other = tmp_path / "other"
    other.mkdir()
    (tmp_path / "events").symlink_to(other)
    with caplog.at_level(logging.WARNING, logger="deepdive"):
        board = TensorBoard(tmp_path, "events")
        board.start(plan)
        board.record(records[0])
        board.finish()
    [message] = [record.getMessage() for record in caplog.records if record.name.startswith("deepdive")]
    assert "must be a folder, got a symbolic link" in message
    assert list(other.iterdir()) == []


def test_no_two_files_of_events_have_names_that_can_be_foreseen(tmp_path, plan, records):
    run(tmp_path, plan, records)
    [path] = tmp_path.iterdir()
    assert re.search(r"\.[0-9a-f]{16}$", path.name)


def test_a_folder_that_cannot_be_made_is_one_warning(tmp_path, plan, records, caplog):
    (tmp_path / "file").touch()
    with caplog.at_level(logging.WARNING, logger="deepdive"):
        run(tmp_path / "file" / "events", plan, records)
    (message,) = [record.getMessage() for record in caplog.records if record.name.startswith("deepdive")]
    assert message.startswith("could not write the TensorBoard events, the run goes on without: ")


def test_missing_tensorboard_names_the_extra(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "torch.utils.tensorboard.writer", None)
    with pytest.raises(ImportError, match=r'pip install "deepdive\[tensorboard\]"'):
        TensorBoard(tmp_path)
