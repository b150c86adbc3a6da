import io
import os
import re
import subprocess
import sys

import pytest

from deepdive.training.listeners import ProgressBar, ProgressLines, choose_progress
from deepdive.training.records import Plan, Record


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture(autouse=True)
def _a_terminal_of_known_size(monkeypatch):
    for name, value in {"TERM": "xterm", "COLUMNS": "100", "LINES": "30"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("CI", raising=False)


def train(step: int, epoch: int = 1) -> Record:
    return Record("train", epoch, step, {"train_loss": 0.5})


def test_lines_come_once_per_interval_and_for_every_epoch():
    clock, stream = Clock(), io.StringIO()
    lines = ProgressLines(stream, interval=10.0, clock=clock)
    lines.start(Plan(total_steps=100, steps_per_epoch=50))
    for step in range(1, 51):
        clock.now += 0.5
        lines.record(train(step))
    lines.record(Record("epoch", 1, 50, {"train_loss": 0.5, "val_accuracy": 0.8}))
    lines.record(Record("test", 1, 50, {"test_accuracy": 0.75}))
    lines.finish()
    assert stream.getvalue().splitlines() == [
        "epoch 1/2  step 20/100  train_loss 0.5000  2 steps/s  0:40 left",
        "epoch 1/2  step 40/100  train_loss 0.5000  2 steps/s  0:30 left",
        "epoch 1/2  step 50/100  train_loss 0.5000  val_accuracy 0.8000  2 steps/s  0:25 left",
        "test  test_accuracy 0.7500",
    ]


def test_lines_after_a_resume_count_only_the_new_steps():
    clock, stream = Clock(), io.StringIO()
    lines = ProgressLines(stream, interval=0.0, clock=clock)
    lines.start(Plan(total_steps=2000, steps_per_epoch=1000, start_step=1500))
    clock.now = 2.0
    lines.record(train(1700, epoch=2))
    assert stream.getvalue().splitlines() == [
        "resuming after step 1500/2000",
        "epoch 2/2  step 1700/2000  train_loss 0.5000  100 steps/s  0:03 left",
    ]


def test_speed_forgets_a_slow_beginning():
    clock, stream = Clock(), io.StringIO()
    lines = ProgressLines(stream, interval=0.0, clock=clock)
    lines.start(Plan(total_steps=10_000, steps_per_epoch=10_000))
    clock.now = 60.0  # compiling
    lines.record(train(1))
    for step in range(101, 4101, 100):
        clock.now += 1.0
        lines.record(train(step))
    assert "100 steps/s  1:00 left" in stream.getvalue().splitlines()[-1]


def test_a_run_without_records_or_steps_says_nothing():
    stream = io.StringIO()
    lines = ProgressLines(stream)
    lines.finish()
    lines.start(Plan(total_steps=0, steps_per_epoch=0))
    lines.finish()
    assert stream.getvalue() == ""


def test_refuses_a_negative_interval():
    with pytest.raises(ValueError, match=r"interval must be 0 seconds or more, got -1\.0"):
        ProgressLines(io.StringIO(), interval=-1.0)


def plain(text: str) -> str:
    """What is written, without the terminal's control sequences."""
    return re.sub(r"\x1b\[[0-9;?]*[A-Za-z]", "", text)


def test_bar_keeps_epochs_as_lines_and_goes_away(plan, records):
    stream = Terminal()
    bar = ProgressBar(stream)
    bar.start(plan)
    for record in records:
        bar.record(record)
    bar.finish()
    bar.finish()
    lines = [line.rstrip() for line in re.split(r"[\r\n]+", plain(stream.getvalue()))]
    first = "epoch 1/2  train_loss 0.3000  val_loss 0.4000  val_accuracy 0.9000"
    second = "epoch 2/2  train_loss 0.1500  val_loss 0.2000  val_accuracy 0.9500"
    test = "test  test_loss 0.2500  test_accuracy 0.8750"
    assert lines.index(first) < lines.index(second) < lines.index(test)
    assert stream.getvalue().count("\x1b[?25l") == stream.getvalue().count("\x1b[?25h") == 1  # the cursor is back
    assert "20/20" in plain(stream.getvalue())


def test_bar_starts_where_a_resumed_run_does():
    stream = Terminal()
    bar = ProgressBar(stream)
    bar.start(Plan(total_steps=2000, steps_per_epoch=1000, start_step=1500, start_records=20))
    bar.finish()
    assert "resuming after step 1500/2000" in plain(stream.getvalue())
    assert re.search(r"epoch 2/2 .*1500/2000", plain(stream.getvalue()))


@pytest.mark.parametrize("width", ["20", "200"])
def test_bar_takes_names_literally_at_any_width(monkeypatch, width):
    monkeypatch.setenv("COLUMNS", width)
    stream = Terminal()
    bar = ProgressBar(stream)
    bar.start(Plan(total_steps=10, steps_per_epoch=5))
    for kind in ("train", "epoch"):
        bar.record(Record(kind, 1, 5, {"[red]:smile:\n\x1b[2J": 1.0}))
    bar.finish()
    assert "\x1b[2J" not in stream.getvalue()
    assert "[red]:smile:" in plain(stream.getvalue()).replace("\n", "").replace(" ", "")


def test_bar_that_never_started_ignores_everything(records):
    bar = ProgressBar(Terminal())
    bar.record(records[0])
    bar.finish()


def test_chooses_by_the_stream(monkeypatch, capsys):
    assert isinstance(choose_progress(Terminal()), ProgressBar)
    assert isinstance(choose_progress(io.StringIO()), ProgressLines)
    assert isinstance(choose_progress(), ProgressLines)
    monkeypatch.setenv("CI", "true")
    assert isinstance(choose_progress(Terminal()), ProgressLines)


class ClosedPipe(Terminal):
    def write(self, text: str) -> int:
        raise BrokenPipeError(32, "Broken pipe")

    def flush(self) -> None:
        raise BrokenPipeError(32, "Broken pipe")


@pytest.mark.parametrize("make", [ProgressBar, ProgressLines])
def test_a_reader_that_is_gone_does_not_end_the_run(make, plan, records):
    progress = make(ClosedPipe())
    progress.start(plan)
    for record in records:
        progress.record(record)
    progress.finish()


def test_a_run_piped_into_head_goes_on_to_its_end(tmp_path):
    done = tmp_path / "done"
    script = (
        "from deepdive.training.listeners import choose_progress\n"
        "from deepdive.training.records import Plan, Record\n"
        "progress = choose_progress(); progress.start(Plan(10_000, 1))\n"
        "for step in range(1, 10_001): progress.record(Record('epoch', step, step, {'loss': 1.0}))\n"
        f"progress.finish(); open({str(done)!r}, 'w').close()"
    )
    environment = {**os.environ, "PYTHONWARNINGS": "ignore"}
    with subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, env=environment) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith(b"epoch 1/10000")
        process.stdout.close()
        process.wait(timeout=60)
    assert done.exists()


def test_metrics_that_are_wider_than_the_terminal_end_in_an_ellipsis(monkeypatch):
    monkeypatch.setenv("COLUMNS", "30")
    stream = Terminal()
    bar = ProgressBar(stream)
    bar.start(Plan(total_steps=4, steps_per_epoch=4))
    bar.record(Record("train", 1, 1, {f"train_accuracy_of_class_{i}": 0.5 for i in range(9)}))
    bar.finish()
    assert re.search(r"train_accuracy_of_class_0 [^\r\n]*…", plain(stream.getvalue()))
