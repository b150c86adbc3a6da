import subprocess
import sys

import pytest

from deepdive.training.listeners import (
    Curves,
    MetricsFile,
    NotebookBoard,
    ProgressLines,
    TensorBoard,
    TimingFile,
    curve_figure,
    default_listeners,
    defaults,
    read_metrics,
    to_svg,
)
from deepdive.training.records import Plan


def test_files_and_plain_progress(tmp_path):
    assert [type(listener) for listener in default_listeners(tmp_path)] == [
        *(MetricsFile, TimingFile, Curves, ProgressLines)
    ]
    quiet = default_listeners(tmp_path, console=False)
    assert [type(listener) for listener in quiet] == [MetricsFile, TimingFile, Curves]


def test_a_board_in_a_notebook(tmp_path, monkeypatch):
    monkeypatch.setattr(defaults, "in_notebook", lambda: True)
    assert isinstance(default_listeners(tmp_path)[-1], NotebookBoard)


def test_tensorboard_on_request(tmp_path):
    assert isinstance(default_listeners(tmp_path, console=False, tensorboard=True)[-1], TensorBoard)


def session(folder, plan, records):
    listeners = default_listeners(folder, console=False, batch_size=32)
    for listener in listeners:
        listener.start(plan)
    for record in records:
        for listener in listeners:
            listener.record(record)
    for listener in listeners:
        listener.finish()


def test_an_interrupted_and_resumed_run_leaves_the_same_files(tmp_path, plan, records):
    session(tmp_path, plan, records[:5])
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"kind": "tra')
    session(tmp_path, Plan(20, 10, start_step=10, start_records=3), records[3:])
    assert read_metrics(tmp_path / "metrics.jsonl") == records
    assert (tmp_path / "curves.svg").read_bytes() == to_svg(curve_figure(records, steps_per_epoch=10))
    assert len((tmp_path / "timing.jsonl").read_text().splitlines()) == 5 + len(records[3:])


def test_a_damaged_metrics_file_is_named(tmp_path):
    (tmp_path / "metrics.jsonl").write_text("{}\n")
    with pytest.raises(ValueError, match=r"metrics\.jsonl, line 1: not a record"):
        default_listeners(tmp_path)


def test_importing_listeners_imports_nothing_heavy():
    script = (
        "import sys; import torch; before = set(sys.modules); import deepdive.training.listeners\n"
        "print(*sorted({name.partition('.')[0] for name in set(sys.modules) - before}))\n"
        "print(*[name for name in ('matplotlib', 'rich', 'IPython', 'tensorboard') if name in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    new, heavy = done.stdout.split("\n")[:2]
    assert heavy == ""
    assert "deepdive" in new
