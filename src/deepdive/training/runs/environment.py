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
    """The commit of the source tree we run from, marked ``-dirty`` if changed; ``unknown`` outside a checkout."""
    source = Path(deepdive.__file__).parent
    command = ["git", "-C", str(source), "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    inside = (source.parents[1] / ".git").exists()  # not the checkout of somebody who has installed us in theirs
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=5, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return "unknown"
    return done.stdout.strip() if inside and done.returncode == 0 else "unknown"


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
