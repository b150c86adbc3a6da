"""Runs tests against mutants, each in a process of its own; asked in lines of JSON, answers in lines of JSON.

What takes long to import is imported once, before the process forks; the package and the tests are not among it.
"""

import importlib
import json
import os
import resource
import signal
import sys
import tempfile
import time
import traceback
from pathlib import Path

PRELOADED = (
    "torch", "numpy", "scipy.optimize", "scipy.stats", "scipy.special", "sklearn.linear_model", "sklearn.datasets",
    "matplotlib.figure", "matplotlib.backends.backend_agg", "PIL.Image", "pytest",
    "polars", "msgspec", "rich.progress", "safetensors.torch", "tyro", "requests", "filelock", "torch.utils.data",
    "torch._dynamo",
)  # fmt: skip
PATIENCE = 10
"""So many times its processor time a test, or all of them, may take until they are ended."""
MEMORY, FILE = 16 << 30, 1 << 30
"""Bytes that a mutant may address, and that it may write into one file."""


class Watch:
    """Remembers the first failure, and ends the process where one test takes too long."""

    def __init__(self, note: Path, limit: float) -> None:
        self.note, self.limit = note, limit
        for each in (signal.SIGALRM, signal.SIGPROF):  # ends the process also within a call that never comes back
            signal.signal(each, signal.SIG_DFL)

    def pytest_runtest_logstart(self, nodeid: str, location: object) -> None:
        self.note.write_text(nodeid)
        self._limit_to(self.limit)

    def pytest_runtest_logfinish(self, nodeid: str, location: object) -> None:
        self._limit_to(0)

    def _limit_to(self, seconds: float) -> None:
        """Of processor time, for other programs may share the processor; and of waiting for nothing."""
        signal.setitimer(signal.ITIMER_PROF, seconds)
        signal.setitimer(signal.ITIMER_REAL, PATIENCE * seconds)

    def pytest_collectreport(self, report: object) -> None:
        if report.failed:
            self.note.write_text(f"collecting {report.nodeid}")


def main() -> None:
    for name in PRELOADED:
        try:
            importlib.import_module(name)
        except ImportError:
            continue
    for line in sys.stdin:
        sys.stdout.write(json.dumps(_answer(json.loads(line))) + "\n")
        sys.stdout.flush()


def _answer(job: dict) -> dict:
    with tempfile.TemporaryDirectory(prefix="mutant-", ignore_cleanup_errors=True) as folder:
        began, note = time.monotonic(), Path(folder) / "note"
        child = os.fork()
        if not child:
            try:
                _test(job, Path(folder), note)
            except BaseException:
                traceback.print_exc()
            finally:
                os._exit(99)
        code = _waited(child, began + PATIENCE * job["limit"])
        test = note.read_text() if note.exists() else ""
        return {"code": code, "test": test, "seconds": round(time.monotonic() - began, 1)}


def _test(job: dict, folder: Path, note: Path) -> None:
    os.setsid()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (FILE, FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CPU, (job["limit"], job["limit"]))
    output = os.open(job["output"], os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    os.dup2(output, 1), os.dup2(output, 2), os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    (folder / "tmp").mkdir()
    os.environ |= {"DEEPDIVE_CACHE": str(folder / "cache"), "TMPDIR": str(folder / "tmp")}
    tempfile.tempdir = None
    if not job["compiling"]:
        sys.dont_write_bytecode = True
        os.environ["PYTHONDONTWRITEBYTECODE"] = "1"
    import pytest

    words = ["-x", "-q", "-p", "no:cacheprovider", "-m", job["marks"], f"--basetemp={folder / 'base'}"]
    words += ["--no-header", "--tb=short", "-rN"]
    words += ["-W", "ignore::pytest.PytestAssertRewriteWarning"]  # of what is imported already
    code = pytest.main([*words, *job["tests"]], plugins=[Watch(note, job["limit_of_a_test"])])
    os._exit(int(code))


def _waited(child: int, end: float) -> int | None:
    """The exit status of a process, negative for a signal; ``None`` if it had to be ended."""
    while time.monotonic() < end:
        done, status = os.waitpid(child, os.WNOHANG)
        if done:
            _end(child)
            return os.waitstatus_to_exitcode(status)
        time.sleep(0.02)
    _end(child)
    os.waitpid(child, 0)
    return None


def _end(child: int) -> None:
    """Whatever a test has started ends with it."""
    try:
        os.killpg(child, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        pass


if __name__ == "__main__":
    main()
