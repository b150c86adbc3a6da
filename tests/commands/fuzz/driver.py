"""Runs command lines, each in a fork of this process, which has everything loaded: ``< JSON > JSON``; with
``--check`` up to what comes before the data."""

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
from typing import Any

SECONDS = 60
"""Of processor time, for one command that does a few steps on little data."""


def main() -> None:
    asked = json.load(sys.stdin)
    from deepdive.recipes import recipes
    from deepdive.recipes.running import runner

    if sys.argv[1:] == ["--check"]:
        runner.start = _built  # type: ignore[assignment]

    for recipe in recipes().values():
        importlib.import_module(recipe.experiment.partition(":")[0])
    with tempfile.TemporaryDirectory() as folder:
        answers = [outcome(words, Path(folder)) for words in asked]
    json.dump(answers, sys.stdout)


def _built(recipe: Any, settings: Any, **_: Any) -> None:
    """In place of a run: everything that comes before the data."""
    recipe.build(settings)
    sys.exit(0)


def outcome(words: list[str], folder: Path) -> dict[str, Any]:
    """How a command ended: its status, what it wrote on standard error, and its seconds."""
    place, began = Path(tempfile.mkdtemp(dir=folder)), time.monotonic()
    if not (child := os.fork()):
        _command(words, place)
    while not (found := os.waitpid(child, os.WNOHANG))[0]:
        if time.monotonic() - began > 60 * SECONDS:  # asleep, or one of many on a busy machine
            os.killpg(child, signal.SIGKILL)
        time.sleep(0.01)
    error = (place / "err").read_text(errors="replace")
    return {"status": os.waitstatus_to_exitcode(found[1]), "error": error, "seconds": time.monotonic() - began}


def _command(words: list[str], place: Path) -> None:
    status = 1
    try:
        os.setpgid(0, 0)
        os.chdir(place)
        resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 5))
        for number, name in ((1, "out"), (2, "err")):
            os.dup2(os.open(place / name, os.O_CREAT | os.O_WRONLY, 0o600), number)
        from deepdive.cli import main as program

        status = program(words)
    except SystemExit as end:
        status = end.code if isinstance(end.code, int) else 1
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


if __name__ == "__main__":
    main()
