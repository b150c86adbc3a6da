"""The command line as a user has it: another process, a folder of its own."""

import os
import subprocess
import sys
from pathlib import Path


def command(*words: str | Path) -> list[str]:
    return [sys.executable, "-m", "deepdive.cli", *map(str, words)]


def deepdive(*words: str | Path, cwd: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*words), cwd=cwd, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=300
    )


SMALL = ("--data", "digits", "--epochs", "3", "--log-every", "5", "--toolkit", "torch")
"""A run of seconds: scikit-learn's digits."""
