"""``python -m tests.commands.kills.server RECIPE ...``: deepdive loaded once, and a fork of it for every command.

A start costs milliseconds in place of seconds, and a command can be told when it is to die. One JSON object per line
comes in (see ``Commands``), one goes out.
"""

import ctypes
import gc
import importlib
import json
import os
import resource
import signal
import sys
import threading
import time
import traceback
from pathlib import Path

import torch._dynamo  # noqa: F401 (the first optimiser would load it)

import deepdive.commands.resuming
import deepdive.commands.running
import deepdive.recipes.results
import deepdive.recipes.running.runner  # noqa: F401 (loaded here, so that no fork has to)
from deepdive.cli import program
from deepdive.recipes import load_recipe

_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_CHANGES = {"os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.truncate", "os.link", "os.symlink", "tests.fsync"}
_LOADED = ("deepdive", "matplotlib", "mpl_toolkits", "PIL", "numpy", "scipy", "sklearn", "tyro", "rich", "filelock")
"""Packages whose modules are loaded before the next fork, once a command has needed them: they start no threads."""


class Changes:
    """Counts what a process does to the files below a folder, whoever in it does so, and ends it at the one told.

    The count is of openings for writing, ``fsync``, moves, removals and new folders; the process dies before its n-th
    change is made. With ``torn`` it goes on, and the kernel ends it as soon as any file grows beyond so many bytes: in
    the middle of a write.
    """

    def __init__(self, root: str, at: int | None, torn: int | None) -> None:
        self._root, self._at, self._torn = root, at, torn
        self._lock = threading.Lock()
        self.made: list[tuple[str, str]] = []

    def __call__(self, event: str, arguments: tuple) -> None:
        if event == "open":
            path, _, flags = arguments
            if not isinstance(flags, int) or not flags & _WRITING:
                return
        elif event in _CHANGES:
            path = arguments[1] if event == "os.rename" else arguments[0]
        else:
            return
        if isinstance(path, int):
            path = os.readlink(f"/proc/self/fd/{path}")
        path = os.path.abspath(os.fsdecode(path))
        if not path.startswith(self._root + os.sep):
            return
        with self._lock:
            self.made.append((event.rpartition(".")[2], path[len(self._root) + 1 :]))
            if len(self.made) == self._at:
                if self._torn is None:
                    os.kill(os.getpid(), signal.SIGKILL)
                resource.setrlimit(resource.RLIMIT_FSIZE, (self._torn, self._torn))


def _run(words: list[str], cwd: str, outputs: str, at: int | None, torn: int | None, told: str | None) -> None:
    """In the fork: become the command, which ends the process."""
    os.chdir(cwd)
    for number, name in ((0, os.devnull), (1, f"{outputs}.out"), (2, f"{outputs}.err")):
        opened = os.open(name, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)  # Python ignores it, and a write would fail
    sys.argv = ["deepdive", *words]
    changes = Changes(cwd, at, torn)
    sync = os.fsync

    def fsync(file: int) -> None:
        sys.audit("tests.fsync", file)
        sync(file)

    os.fsync = fsync
    sys.addaudithook(changes)
    try:
        program()
    finally:
        if told is not None:
            Path(told).write_text(json.dumps({"changes": changes.made, "modules": sorted(sys.modules)}))


def _wait(process: int, seconds: float | None) -> int:
    """The exit status of a fork, which is killed after so many seconds."""
    began = time.perf_counter()
    while True:
        ended, status = os.waitpid(process, os.WNOHANG)
        if ended:
            return os.waitstatus_to_exitcode(status)
        if seconds is not None and time.perf_counter() - began >= seconds:
            os.kill(process, signal.SIGKILL)
            seconds = None
        time.sleep(0.001)


def _orphans() -> int:
    """How many processes of a command are still there a little after its end."""
    give_up = time.perf_counter() + 10
    while time.perf_counter() < give_up:
        try:
            if os.waitpid(-1, os.WNOHANG) == (0, 0):
                time.sleep(0.01)
        except ChildProcessError:
            return 0
    return 1


def _load(modules: list[str]) -> None:
    for name in modules:
        if name.partition(".")[0] in _LOADED and name not in sys.modules and not name.endswith("__main__"):
            try:
                importlib.import_module(name)
            except ImportError:
                pass  # made by another module as it runs, or for another system


def main() -> None:
    for name in sys.argv[1:]:
        load_recipe(name)
    ctypes.CDLL(None).prctl(36, 1)  # PR_SET_CHILD_SUBREAPER: what a killed command leaves behind becomes ours
    for line in sys.stdin:
        asked = json.loads(line)
        _load(asked.pop("modules"))
        gc.freeze()  # what is never looked at again stays one copy in memory
        seconds = asked.pop("seconds")
        if threading.active_count() > 1:
            raise RuntimeError("a process with threads must not be forked")
        began = time.perf_counter()
        process = os.fork()
        if not process:
            try:
                _run(**asked)
            except Exception:
                traceback.print_exc()
                sys.exit(70)
        status = _wait(process, seconds)
        took = time.perf_counter() - began
        sys.stdout.write(json.dumps({"status": status, "seconds": took, "orphans": _orphans()}) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
