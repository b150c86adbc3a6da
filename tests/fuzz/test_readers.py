"""Whatever a file holds, a reader reads it or says in one line what is wrong with which file: no traceback, no hang."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.fuzz.subjects import SUBJECTS

SILENCE = 300
"""Seconds of the clock without a new case after which a worker hangs, however busy the machine is."""
SAMPLE, FULL = 30, 1500
"""Cases of each reader."""


def worked(folder: Path, first: int, count: int, names: list[str]) -> tuple[int | None, list[dict]]:
    """The status of a worker, ``None`` if it hung, and what it told."""
    log = folder / "told.jsonl"
    with log.open("w") as told, (folder / "errors.txt").open("w") as errors:
        worker = subprocess.Popen(
            [sys.executable, "-m", "tests.fuzz.worker", str(first), str(count), *names],
            stdout=told,
            stderr=errors,
            cwd=Path(__file__).parents[2],
            env=os.environ | {"OMP_NUM_THREADS": "1"},
        )
        size, since = 0, time.monotonic()
        while worker.poll() is None and time.monotonic() - since < SILENCE:
            time.sleep(0.1)
            if log.stat().st_size > size:
                size, since = log.stat().st_size, time.monotonic()
        hung = worker.poll() is None
        worker.kill()
        worker.wait()
    lines = log.read_text().split("\n")[:-1]
    return None if hung else worker.returncode, [json.loads(line) for line in lines]


def findings(folder: Path, names: list[str], count: int) -> list[str]:
    """What came out of the cases that should not, with the case; a worker that dies is followed by another one."""
    found, left, first = list[str](), list(names), 0
    while left:
        status, told = worked(folder, first, count - first, left[:1] if first else left)
        at = None
        for content in told:
            at = content.get("case", at)
            if "fault" in content:
                found.append(f"{at}: {content['fault']}")
        if status == 0:
            left, first = left[1:] if first else [], 0
            continue
        errors = (folder / "errors.txt").read_text()[-600:]
        found.append(f"{at}: " + ("hangs" if status is None else f"the process ended with {status}: {errors}"))
        if at is None:
            break
        left = left[left.index(at[0]) :]
        first = at[1] + 1
        if first >= count:
            left, first = left[1:], 0
    return found


@pytest.mark.slow
@pytest.mark.parametrize("half", [0, 1])
def test_damaged_files_are_read_or_refused_in_one_line(tmp_path, half):
    assert findings(tmp_path, sorted(SUBJECTS)[half::2], SAMPLE) == []


@pytest.mark.long
@pytest.mark.parametrize("name", SUBJECTS)
def test_many_more_damaged_files_are_read_or_refused_in_one_line(tmp_path, name):
    assert findings(tmp_path, [name], FULL) == []
