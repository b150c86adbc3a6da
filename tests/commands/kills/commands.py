"""Commands that can be killed: as forks of one process, or as processes of their own."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ..support import command

PROJECT = Path(__file__).parents[3]


@dataclass(frozen=True)
class Moment:
    """When a command is to die; without any of these it does not."""

    seconds: float | None = None
    """After its start."""
    change: int | None = None
    """Just before it changes a file or folder for the n-th time, counted from 1."""
    torn: int | None = None
    """From that change on, as soon as a file grows beyond so many bytes: that file ends there."""


NEVER = Moment()


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str
    seconds: float
    changes: list[tuple[str, str]] = field(default_factory=list)
    """What was done to which path, in order; of a command that was not killed."""

    @property
    def killed(self) -> bool:
        return self.status in (-signal.SIGKILL, -signal.SIGXFSZ)


class Commands:
    """Forks of a process that has everything loaded."""

    def __init__(self, recipes: Sequence[str], folder: Path) -> None:
        self._folder, self._count, self._modules = folder, 0, []
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.commands.kills.server", *recipes],
            cwd=PROJECT,
            env=environment() | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, *words: str | Path, cwd: Path, moment: Moment = NEVER) -> Ended:
        """Run a command in a folder, where it also has its cache."""
        self._count += 1
        outputs, told = self._folder / f"{self._count}", self._folder / f"{self._count}.json"
        asked = {"words": [str(word) for word in words], "cwd": str(cwd), "outputs": str(outputs), "told": str(told)}
        asked |= {"at": moment.change, "torn": moment.torn, "seconds": moment.seconds, "modules": self._modules}
        self._process.stdin.write(json.dumps(asked) + "\n")
        self._process.stdin.flush()
        answer = json.loads(self._process.stdout.readline())
        out, err = (outputs.with_suffix(suffix).read_text(errors="replace") for suffix in (".out", ".err"))
        assert answer["orphans"] == 0, "processes outlived the command that had started them"
        known = json.loads(told.read_text()) if told.exists() else {"changes": [], "modules": []}
        self._modules = known["modules"]
        return Ended(answer["status"], out, err, answer["seconds"], [tuple(change) for change in known["changes"]])

    def close(self) -> None:
        self._process.stdin.close()
        self._process.wait(timeout=60)
        self._process.stdout.close()


def cold(*words: str | Path, cwd: Path, moment: Moment = NEVER) -> Ended:
    """The same in a process of its own, whose hashes of strings are others."""
    with subprocess.Popen(
        command(*words), cwd=cwd, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        try:
            out, err = process.communicate(timeout=moment.seconds)
        except subprocess.TimeoutExpired:
            process.kill()
            out, err = process.communicate()
    return Ended(process.returncode, out, err, 0.0)


def environment() -> dict[str, str]:
    """One thread for everybody, and a cache in the folder of the command."""
    one = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}
    return os.environ | one | {"DEEPDIVE_CACHE": "cache"}
