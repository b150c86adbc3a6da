"""What a result depends on besides the code: versions, machine, commit."""

import os
import platform
import subprocess
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import torch

import deepdive

_PACKAGES = ("torch", "numpy", "safetensors")


def environment() -> dict[str, str]:
    """Versions, processor, threads, accelerator and source commit, as strings by name."""
    facts = {"deepdive": deepdive.__version__, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            facts[package] = version(package)
        except PackageNotFoundError:
            facts[package] = "not installed"
    facts["system"] = f"{platform.system()} {platform.machine()}"
    facts["processor"] = processor()
    facts["threads"] = str(torch.get_num_threads())
    if name := accelerator():
        facts["accelerator"] = name
    facts["commit"] = commit()
    return facts


def commit() -> str:
    """The commit that we run from, marked ``-dirty`` if our source differs from it; ``unknown`` outside a checkout."""
    source = Path(deepdive.__file__).parent
    if not (source.parents[1] / ".git").exists():  # not the checkout of somebody who has installed us in theirs
        return "unknown"
    try:
        name = _git(source, "describe", "--always", "--abbrev=12", "--exclude=*")
        changed = _git(source, "status", "--porcelain", "--", ".")  # of the source: a record made before is no change
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return f"{name}-dirty" if changed else name


def _git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()


def accelerator() -> str:
    """The name of the graphics processor; empty if there is none."""
    if torch.cuda.is_available():
        return torch.cuda.get_device_name()
    return "Apple MPS" if torch.backends.mps.is_available() else ""


def processor() -> str:
    """The name of the processor and its number of cores."""
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
        name = next(line.split(":", 1)[1].strip() for line in lines if line.startswith("model name"))
    except (OSError, StopIteration):
        name = platform.processor() or platform.machine()
    return f"{name}, {os.cpu_count()} cores"
