"""Work for several processes that may die: whatever happens to one, the others go on."""

import os
import queue
import signal
import subprocess
import threading
from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

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
    waiting: queue.SimpleQueue[str] = queue.SimpleQueue()
    for task in tasks:
        waiting.put(task)
    answers: queue.SimpleQueue[Answer | WorkersFailedError] = queue.SimpleQueue()
    slots = [_Slot(command, waiting, answers, log) for _ in range(min(workers, len(tasks)))]
    try:
        for _ in tasks:
            while True:
                if stopped():
                    return
                try:
                    answer = answers.get(timeout=0.2)
                    break
                except queue.Empty:
                    continue
            if isinstance(answer, WorkersFailedError):
                raise answer
            yield answer
    finally:
        for slot in slots:
            slot.close()


class _Slot:
    """A thread with one process at a time, which it feeds with tasks."""

    def __init__(
        self,
        command: Sequence[str],
        waiting: "queue.SimpleQueue[str]",
        answers: "queue.SimpleQueue[Answer | WorkersFailedError]",
        log: Path,
    ) -> None:
        self._command, self._waiting, self._answers, self._log = command, waiting, answers, log
        self._closed = False
        self._process: subprocess.Popen[str] | None = None
        self._lock = threading.Lock()
        self._thread = threading.Thread(target=self._work, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Kill the process, if there is one, and wait for the thread."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                self._process.kill()
        self._thread.join()

    def _work(self) -> None:
        try:
            while not self._closed:
                with open(self._log, "ab", opener=plain_only) as log:
                    if not self._one_process(log):
                        return
        except OSError as error:  # no process can be started, or the disk is full
            self._answers.put(WorkersFailedError(f"a worker process cannot be started: {error}"))

    def _one_process(self, log) -> bool:
        """Feed one process until the tasks are over (false) or it dies (true)."""
        with self._lock:
            if self._closed:
                return False
            process = self._process = subprocess.Popen(
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
                env=os.environ | {"OMP_NUM_THREADS": "1"},
                start_new_session=True,  # Ctrl-C is for this process, which then says what is to be done
            )
        try:
            if not self._heard(process):
                if not self._closed:
                    end = f"a worker process {_end(process.wait())} before its first task"
                    self._answers.put(WorkersFailedError(f"{end}: {_last_line(self._log)}"))
                return False
            while True:
                try:
                    task = self._waiting.get_nowait()
                except queue.Empty:
                    return False
                if not (_told(process, task) and self._heard(process)):
                    self._answers.put(Answer(task, f"its process {_end(process.wait())}"))
                    return True
                self._answers.put(Answer(task))
        finally:
            for stream in (process.stdin, process.stdout):
                try:
                    if stream is not None:
                        stream.close()
                except BrokenPipeError:
                    pass
            process.wait()

    def _heard(self, process: "subprocess.Popen[str]") -> bool:
        """Wait for the word that a task is over; false if the process is."""
        for line in process.stdout or ():
            if line.startswith(_MARK):
                return True
        return False


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


def _told(process: "subprocess.Popen[str]", task: str) -> bool:
    if process.stdin is None:
        return False
    try:
        process.stdin.write(task + "\n")
        process.stdin.flush()
    except OSError:
        return False
    return True


def _end(status: int) -> str:
    if status >= 0:
        return f"ended with status {status}"
    try:
        return f"was killed by signal {-status} ({signal.Signals(-status).name})"
    except ValueError:
        return f"was killed by signal {-status}"


def _last_line(log: Path) -> str:
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines() if log.exists() else []
    return next((line for line in reversed(lines) if line.strip()), "it printed nothing")
