"""Running a package client of this machine: in a private folder, silent, and never without end."""

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from deepdive.data.progress import Progress, Report
from deepdive.data.sources.base import SourceError

STALL_LIMIT = 30.0
"""Seconds without a new byte in its folder after which a client is stopped; its own limits are shorter."""


def run_client(arguments: Sequence[str], folder: Path, *, what: str, report: Report | None = None) -> None:
    """Run a program in ``folder``, which is also its place for temporary files, and wait for it.

    Raises:
        SourceError: it is not installed, fails (with its own words), or has stalled.

    """
    program = shutil.which(arguments[0])
    if program is None:
        raise SourceError(f"this machine has no {arguments[0]}")
    log = folder / "client.log"
    with log.open("wb") as output:
        process = _start([program, *arguments[1:]], folder, output)
        try:
            _watch(process, folder, what, report)
        finally:
            _stop(process)
    if process.returncode:
        raise SourceError(f"{arguments[0]} ended with status {process.returncode}: {_complaint(log)}")


def _start(command: list[str], folder: Path, output: IO[bytes]) -> subprocess.Popen[bytes]:
    try:
        return subprocess.Popen(
            command,
            cwd=folder,
            env=os.environ | {"TMPDIR": str(folder), "LC_ALL": "C", "NO_COLOR": "1"},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # So that it can be stopped with all of its children.
        )
    except OSError as error:
        raise SourceError(f"{command[0]} cannot be started: {error.strerror}") from error


def _watch(process: subprocess.Popen[bytes], folder: Path, what: str, report: Report | None) -> None:
    size, last_growth = 0, time.monotonic()
    while True:
        try:
            process.wait(timeout=0.2)
            return
        except subprocess.TimeoutExpired:
            now, new_size = time.monotonic(), _size(folder)
            if new_size != size:
                size, last_growth = new_size, now
                if report:
                    report(Progress(what, size))
            elif now - last_growth > STALL_LIMIT:
                raise SourceError(f"stopped: no new byte in {STALL_LIMIT:.0f} s") from None


def _stop(process: subprocess.Popen[bytes]) -> None:
    if process.poll() is None:
        if hasattr(os, "killpg"):
            os.killpg(process.pid, signal.SIGKILL)
        else:
            process.kill()
        process.wait()


def _size(folder: Path) -> int:
    total = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            try:
                total += os.lstat(os.path.join(parent, name)).st_size
            except OSError:
                pass  # Temporary files come and go.
    return total


def _complaint(log: Path) -> str:
    """The line of a client's output that says most: its first error of some length, else its last line."""
    lines = [line.strip() for line in log.read_text(errors="replace").splitlines() if line.strip()]
    errors = [line for line in lines if line.lower().startswith(("e:", "error", "npm err", "npm error"))]
    telling = next((line for line in errors if len(line.split()) > 4), None)
    return (telling or (errors or lines or ["it wrote nothing"])[-1])[:300]
