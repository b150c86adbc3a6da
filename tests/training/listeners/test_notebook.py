import atexit
import base64
import builtins
import io
import sys

import pytest
from PIL import Image

from deepdive.training.listeners import NotebookBoard, in_notebook
from deepdive.training.records import Plan


class Clock:
    """A second passes with every look at it."""

    now = 0.0

    def __call__(self) -> float:
        self.now += 1.0
        return self.now


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """An IPython shell whose displays are collected in ``shell.display_pub.outputs``."""
    monkeypatch.setenv("IPYTHONDIR", str(tmp_path))
    from IPython.core.displaypub import CapturingDisplayPublisher
    from IPython.core.interactiveshell import InteractiveShell
    from traitlets.config import Config

    InteractiveShell.clear_instance()
    shell = InteractiveShell.instance(config=Config({"HistoryManager": {"enabled": False}}))
    shell.display_pub = CapturingDisplayPublisher()
    yield shell
    shell.atexit_operations()
    atexit.unregister(shell.atexit_operations)
    InteractiveShell.clear_instance()


def test_one_output_is_redrawn(shell, plan, records):
    board = NotebookBoard(interval=0.0, max_fraction=1.0, clock=Clock())
    board.start(plan)
    for record in records:
        board.record(record)
    board.finish()
    first, *others = shell.display_pub.outputs
    assert not first["update"]
    assert others
    assert all(output["update"] for output in others)
    assert len({output["transient"]["display_id"] for output in (first, *others)}) == 1
    width = first["metadata"]["image/png"]["width"]
    assert (
        Image.open(io.BytesIO(base64.b64decode(first["data"]["image/png"]))).width == 2 * width
    )  # sharp on a fine screen


def test_drawing_keeps_its_share_of_the_time(shell, plan, records):
    clock = Clock()  # a drawing takes one second: from one look at the clock to the next
    board = NotebookBoard(interval=0.0, max_fraction=0.1, clock=clock)
    board.start(plan)
    board.record(records[0])
    assert len(shell.display_pub.outputs) == 2  # the first drawing, slow from imports, delays nothing
    for _ in range(9):  # every record looks at the clock once
        board.record(records[0])
    assert len(shell.display_pub.outputs) == 2
    board.record(records[0])
    assert len(shell.display_pub.outputs) == 3
    board.record(records[0])
    board.finish()
    assert len(shell.display_pub.outputs) == 4
    board.finish()
    assert len(shell.display_pub.outputs) == 4


def test_a_resumed_run_shows_what_was_before(shell, records, monkeypatch):
    drawn = []
    module = sys.modules[NotebookBoard.__module__]
    draw = module.curve_figure
    monkeypatch.setattr(
        module, "curve_figure", lambda made, **options: drawn.append(list(made)) or draw(made, **options)
    )
    board = NotebookBoard(history=records[:5], interval=0.0, max_fraction=1.0, clock=Clock())
    board.start(Plan(total_steps=20, steps_per_epoch=10, start_step=10, start_records=3))
    assert drawn == [records[:3]]
    board.record(records[3])
    board.finish()
    assert drawn[-1] == records[:4]


def test_a_board_that_never_started_shows_nothing(shell):
    NotebookBoard().finish()
    assert shell.display_pub.outputs == []


def test_in_notebook_only_with_a_kernel(shell, monkeypatch):
    assert in_notebook() is False  # a terminal's IPython
    monkeypatch.setattr(type(shell), "kernel", object(), raising=False)
    assert in_notebook() is True
    monkeypatch.delitem(sys.modules, "IPython")
    assert in_notebook() is False


def test_without_ipython_the_extra_is_named(monkeypatch):
    real = builtins.__import__

    def without(name, *rest, **more):
        if name.partition(".")[0] == "IPython":
            raise ImportError(name)
        return real(name, *rest, **more)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r'pip install "deepdive\[notebook\]"'):
        NotebookBoard()


def test_refuses_impossible_intervals():
    with pytest.raises(ValueError, match=r"interval must be 0 seconds or more, got -1\.0"):
        NotebookBoard(interval=-1.0)
    with pytest.raises(ValueError, match=r"max_fraction must be above 0 and at most 1, got 0\.0"):
        NotebookBoard(max_fraction=0.0)
