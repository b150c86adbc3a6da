"""Processes that work, fail, are killed, or lose the one that feeds them."""

import os
import signal
import subprocess
import sys
import time

import psutil
import pytest

from deepdive.recipes.vision.design_space.pool import Answer, WorkersFailedError, run_tasks

_PROGRAM = """
import os, sys, time
from deepdive.recipes.vision.design_space.pool import serve

def work(task):
    print("deepdive: not a word for the pool")
    kind, _, value = task.partition(" ")
    if kind == "kill":
        os.kill(os.getpid(), int(value))
    if kind == "exit":
        sys.exit(int(value))
    if kind == "sleep":
        time.sleep(float(value))

serve(work)
"""


def command(program=_PROGRAM):
    return [sys.executable, "-c", program]


def answers(tasks, tmp_path, *, workers=2, program=_PROGRAM, stopped=lambda: False):
    return list(run_tasks(command(program), tasks, workers=workers, log=tmp_path / "log", stopped=stopped))


def children():
    return [child for child in psutil.Process().children() if child.status() != psutil.STATUS_ZOMBIE]


@pytest.mark.parametrize("workers", [1, 3])
def test_every_task_is_done_once(workers, tmp_path):
    tasks = [f"task {i}" for i in range(20)]
    found = answers(tasks, tmp_path, workers=workers)
    assert sorted(answer.task for answer in found) == sorted(tasks)
    assert not any(answer.died for answer in found)
    assert not children()
    assert (tmp_path / "log").read_text().count("not a word for the pool") == 20


def test_a_process_that_dies_takes_one_task_with_it(tmp_path):
    tasks = ["a", f"kill {signal.SIGKILL:d}", "b", "exit 3", "c"]
    found = {answer.task: answer.died for answer in answers(tasks, tmp_path, workers=1)}
    assert found == {
        "a": "",
        f"kill {signal.SIGKILL:d}": "its process was killed by signal 9 (SIGKILL)",
        "b": "",
        "exit 3": "its process ended with status 3",
        "c": "",
    }


def test_processes_that_never_begin_are_an_error(tmp_path):
    with pytest.raises(WorkersFailedError, match="ended with status 1 before its first task: ValueError: no such data"):
        answers(["a", "b"], tmp_path, program="raise ValueError('no such data')")
    with pytest.raises(WorkersFailedError, match="a worker process cannot be started"):
        list(run_tasks([str(tmp_path / "none")], ["a"], workers=1, log=tmp_path / "log", stopped=lambda: False))


def test_when_asked_to_stop_it_kills_what_runs(tmp_path):
    began = time.monotonic()
    assert answers(["sleep 60"], tmp_path, stopped=lambda: time.monotonic() > began + 1) == []
    assert time.monotonic() - began < 20
    assert not children()


def test_leaving_the_loop_kills_what_runs(tmp_path):
    running = run_tasks(command(), ["a", "sleep 60"], workers=1, log=tmp_path / "log", stopped=lambda: False)
    assert next(running) == Answer("a")
    running.close()
    assert not children()


def test_nothing_to_do_is_done(tmp_path):
    assert answers([], tmp_path) == []


def test_processes_end_with_the_one_that_feeds_them(tmp_path):
    program = (
        "from deepdive.recipes.vision.design_space.pool import run_tasks\nfrom pathlib import Path\n"
        f"list(run_tasks({command()!r}, ['sleep 60', 'sleep 60'], workers=2, log=Path({str(tmp_path / 'log')!r}), "
        "stopped=lambda: False))"
    )
    with subprocess.Popen([sys.executable, "-c", program]) as feeder:
        until = time.monotonic() + 30
        while (
            time.monotonic() < until and (tmp_path / "log").read_text().count("not a word") < 2
            if (tmp_path / "log").exists()
            else True
        ):
            time.sleep(0.05)
        workers = psutil.Process(feeder.pid).children()
        assert len(workers) == 2
        os.kill(feeder.pid, signal.SIGKILL)
    _, alive = psutil.wait_procs(workers, timeout=10)
    assert not alive
