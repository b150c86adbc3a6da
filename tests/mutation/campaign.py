"""Plants mutants one after the other in a copy of the source, and tells which of them no test finds."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path
from queue import Empty, SimpleQueue

from .equivalents import EQUIVALENT
from .mutants import Mutant, drawn, mutants_of
from .nearest import ROOT, SOURCE, modules, nearest

FOLDERS = ("recipes/", "training/", "data/")
"""What is mutated: the other folders are compared with their twins."""
LIMIT, LIMIT_OF_A_TEST = 200, 60
"""Seconds of processor time for all tests of a mutant, and for one of them."""
TIME_RAN_OUT = (None, -signal.SIGXCPU, -signal.SIGKILL)
"""How a process ends that has used all of its time."""


@dataclass(frozen=True)
class Verdict:
    """What the tests say of a mutant."""

    name: str
    line: int
    diff: str
    caught: bool
    how: str
    """The test that failed, or why none did."""
    seconds: float
    key: str = ""
    """Of the source file and the tests: another one, and the verdict is worth nothing."""

    def __str__(self) -> str:
        path = self.name.partition(":")[0]
        return f"src/deepdive/{path}:{self.line} ({self.how}, {self.seconds:.0f} s)\n{self.diff}"


@cache
def candidates() -> list[Mutant]:
    """Every mutant that counts."""
    files = [path for path in modules() if path.startswith(FOLDERS)]
    every = [mutant for path in files for mutant in mutants_of(SOURCE / path, SOURCE)]
    return [mutant for mutant in every if mutant.name not in EQUIVALENT]


def judge(
    mutants: Sequence[Mutant], *, jobs: int = 1, tell: Callable[[Verdict], None] = lambda _: None
) -> list[Verdict]:
    """Try every mutant on its nearest tests, ``jobs`` at a time, and what found them on the source as it is.

    Raises:
        RuntimeError: a test that found a mutant fails without it, too.
    """
    waiting: SimpleQueue[Mutant] = SimpleQueue()
    for mutant in mutants:
        waiting.put(mutant)
    verdicts: list[Verdict] = []

    def work() -> None:
        with _worker() as worker:
            while True:
                try:
                    mutant = waiting.get_nowait()
                except Empty:
                    return
                verdict = worker.verdict(mutant)
                verdicts.append(verdict)
                tell(verdict)

    threads = [threading.Thread(target=work) for _ in range(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if len(verdicts) < len(mutants):
        raise RuntimeError("a worker ended early")
    if failing := _failing_without(verdicts):
        raise RuntimeError(f"without any mutant, too, these fail:\n{failing}")
    return verdicts


def key_of(mutant: Mutant) -> str:
    """Changes with the source file, and with the tests that are asked."""
    digest = sha256((SOURCE / mutant.path).read_bytes())
    for test in nearest(mutant.path):
        digest.update((ROOT / test).read_bytes())
    return digest.hexdigest()[:16]


def report(verdicts: Sequence[Verdict]) -> str:
    """How many were caught, and every survivor with its file, line and diff."""
    survivors = [verdict for verdict in verdicts if not verdict.caught]
    rate = 1 - len(survivors) / max(1, len(verdicts))
    head = f"{len(verdicts) - len(survivors)} of {len(verdicts)} mutants caught ({rate:.1%}); survivors:"
    return "\n\n".join([head, *map(str, survivors)])


def to_line(verdict: Verdict) -> str:
    """A verdict as a line of a file."""
    return json.dumps(asdict(verdict))


def known(log: Path) -> dict[str, Verdict]:
    """The verdicts of a file, the last of each mutant."""
    lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
    return {verdict.name: verdict for line in lines if (verdict := Verdict(**json.loads(line)))}


class _Worker:
    def __init__(self, process: subprocess.Popen, copy: Path) -> None:
        self._process, self._copy = process, copy

    def verdict(self, mutant: Mutant) -> Verdict:
        path, tests = self._copy / "deepdive" / mutant.path, nearest(mutant.path)
        source, stat = path.read_bytes(), path.stat()
        path.write_bytes(mutant.applied(source))
        try:
            answer = self.asked(tests)
        finally:
            path.write_bytes(source)
            os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))  # so that what was compiled of it still counts
        code, test = answer["code"], answer["test"]
        if code == 4 and f"deepdive/{mutant.path}:" in self.output():  # by a conftest
            code, test = 2, "the mutant cannot be imported"
        if code in (3, 4, 99) or (code == 2 and not test):
            raise RuntimeError(f"the tests could not be asked about {mutant.name}:\n{self.output()}")
        how = {0: "no test failed", 5: "there is no test"}.get(code, "time ran out" if code in TIME_RAN_OUT else test)
        if code in (-signal.SIGALRM, -signal.SIGPROF):
            how = f"hung in {test}"
        caught = code not in (0, 5, *TIME_RAN_OUT)
        return Verdict(mutant.name, mutant.line, mutant.diff(source), caught, how, answer["seconds"], key_of(mutant))

    def asked(self, tests: Sequence[str], *, compiling: bool = False) -> dict:
        """What the tests say of the copy as it is now; ``compiling`` keeps what Python compiles for the next time."""
        job = {
            "tests": list(tests),
            "marks": "not slow and not long and not compiles",
            "limit": LIMIT,
            "limit_of_a_test": LIMIT_OF_A_TEST,
            "compiling": compiling,
            "output": str(self._copy / "output.txt"),
        }
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(json.dumps(job) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def output(self) -> str:
        return (self._copy / "output.txt").read_text(encoding="utf-8", errors="replace")


@contextmanager
def _worker() -> Iterator[_Worker]:
    """A process that runs tests on a copy of the source of its own."""
    with tempfile.TemporaryDirectory(prefix="mutants-", ignore_cleanup_errors=True) as folder:
        copy = Path(folder)
        shutil.copytree(SOURCE, copy / "deepdive")
        environment = {key: value for key, value in os.environ.items() if not key.startswith("PYTEST_")}
        environment |= {"PYTHONPATH": str(copy), "OMP_NUM_THREADS": "1"}
        command = [sys.executable, str(Path(__file__).with_name("worker.py"))]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        with subprocess.Popen(command, cwd=ROOT, env=environment, **pipes) as process:
            worker = _Worker(process, copy)
            try:
                worker.asked(["tests/recipes/test_registry.py"], compiling=True)
                yield worker
            finally:
                process.kill()


def _failing_without(verdicts: Sequence[Verdict]) -> str:
    """What the tests that found mutants say of the source as it is, if they fail."""
    tests = sorted({v.how for v in verdicts if v.caught and "::" in v.how and not v.how.startswith("hung")})
    if not tests:
        return ""
    with _worker() as worker:
        return "" if worker.asked(tests)["code"] == 0 else worker.output()


@cache
def sample(count: int, seed: int = 0) -> list[Mutant]:
    """So many mutants, drawn with a seed."""
    return drawn(candidates(), count, seed, SOURCE)
