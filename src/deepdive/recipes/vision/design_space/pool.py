"""Work for several processes that may die: whatever happens to one, the others go on."""

import contextlib
import os
import queue
import selectors
import signal
import subprocess
import threading
from collections import deque
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, cast

from deepdive.files import plain_only

_MARK = "deepdive: "
"""Begins the lines of a worker that are meant for the pool."""


@dataclass(frozen=True)
class Answer:
    """What became of a task."""

    task: str
    died: str = ""
    """How the process that had it came to its end, if it did not finish."""


class WorkersFailedError(RuntimeError):
    """Processes end before they take a task."""


def run_tasks(
    command: Sequence[str], tasks: Sequence[str], *, workers: int, log: Path, stopped: Callable[[], bool]
) -> Generator[Answer]:
    """Hand out the tasks to processes and yield them as they are over, in any order.

    A process runs ``command``, which calls ``serve``; one that dies is replaced, and its task comes back with the
    reason. What processes print goes to the file ``log``. As soon as ``stopped`` says so, or the caller leaves the
    loop, they are killed. Should this process be killed, they end by themselves.

    Raises:
        WorkersFailedError: a process dies before its first task; says what it printed last.
    """
    waiting, processes, over = deque(tasks), list[_Process](), 0
    with selectors.DefaultSelector() as selector:

        def start() -> None:
            processes.append(_Process(command, log))
            selector.register(processes[-1].words, selectors.EVENT_READ, processes[-1])

        try:
            for _ in range(min(workers, len(tasks))):
                start()
            while over < len(tasks):
                if stopped():
                    return
                for key, _ in selector.select(timeout=0.2):
                    process: _Process = key.data
                    ended = not process.hear()
                    if ended and process.task is None:
                        end = f"a worker process {process.end()} before its first task"
                        raise WorkersFailedError(f"{end}: {_last_line(log)}")
                    if not (ended or process.ready):
                        continue
                    answer = process.task and Answer(process.task, f"its process {process.end()}" if ended else "")
                    if ended or not waiting:
                        selector.unregister(process.words)
                    if waiting and ended:
                        start()
                    elif waiting:
                        process.give(waiting.popleft())
                    if answer:
                        over += 1
                        yield answer
        finally:
            for process in processes:
                process.close()


class _Process:
    """One process, and the task that it has."""

    def __init__(self, command: Sequence[str], log: Path) -> None:
        try:
            with open(log, "ab", opener=plain_only) as file:
                self._process = subprocess.Popen(
                    command,
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=file,
                    bufsize=0,
                    env=os.environ | {"OMP_NUM_THREADS": "1"},
                    start_new_session=True,  # Ctrl-C is for this process, which then says what is to be done
                )
        except OSError as error:  # the disk is full, or there are too many processes
            raise WorkersFailedError(f"a worker process cannot be started: {error}") from error
        self.words = cast(IO[bytes], self._process.stdout)
        self.task: str | None = None
        self.ready = False
        self._heard = b""

    def hear(self) -> bool:
        """Read what it says, ``ready`` once it wants a task; false if it has ended."""
        said = self.words.read(1 << 16)
        *lines, self._heard = (self._heard + said).split(b"\n")
        self.ready = any(line.startswith(_MARK.encode()) for line in lines)
        return bool(said)

    def give(self, task: str) -> None:
        """Hand it a task; if it has ended, that is heard soon."""
        self.task = task
        with contextlib.suppress(OSError):
            cast(IO[bytes], self._process.stdin).write(f"{task}\n".encode())

    def end(self) -> str:
        """How it came to its end."""
        status = self._process.wait()
        if status >= 0:
            return f"ended with status {status}"
        try:
            return f"was killed by signal {-status} ({signal.Signals(-status).name})"
        except ValueError:
            return f"was killed by signal {-status}"

    def close(self) -> None:
        """Kill it, unless it has ended."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self.words):
            if stream is not None:
                stream.close()


def serve(work: Callable[[str], None]) -> None:
    """The other side: do one task after the other, and end at once when whoever hands them out does."""
    tasks: queue.SimpleQueue[str] = queue.SimpleQueue()
    words = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)  # whatever else is printed is not meant for the pool

    def listen() -> None:
        while line := os.read(0, 1 << 20):
            for task in line.decode().splitlines():
                tasks.put(task)
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        words.write(f"{_MARK}ready\n")
        words.flush()
        work(tasks.get())


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return next((line for line in reversed(lines) if line.strip()), "it printed nothing")
