"""``deepdive doctor``: what this machine has, what is missing, and what mends it."""

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.machinery import PathFinder
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from deepdive.commands.terminal.saying import say

if TYPE_CHECKING:
    from deepdive.data.registry import Dataset

_OPTIONAL = {
    "sklearn": ("scikit-learn", "the digits data set without a download", 'pip install "deepdive[sklearn]"'),
    "polars": ("polars", "tables: CSV and Parquet files", 'pip install "deepdive[tables]"'),
    "tensorboard": ("TensorBoard", "event files (--tensorboard)", 'pip install "deepdive[tensorboard]"'),
    "IPython": ("IPython", "live curves in a notebook", 'pip install "deepdive[notebook]"'),
}


@dataclass(frozen=True)
class Finding:
    """One thing looked at."""

    what: str
    state: str
    ok: bool = True
    needed: bool = False
    """Whether deepdive cannot work without it."""
    mend: str = ""
    """What mends it, a command where one does."""


def main(arguments: list[str]) -> int:
    """Print the findings; status 1 if something needed is missing."""
    if arguments:
        asked = arguments[0] in ("-h", "--help")
        (sys.stdout if asked else sys.stderr).write("usage: deepdive doctor\n")
        return 0 if asked else 2
    findings = list(examine())
    for finding in findings:
        mark = "ok     " if finding.ok else ("MISSING" if finding.needed else "without")
        say(f"{mark}  {finding.what:<22} {finding.state}")
        if not finding.ok and finding.mend:
            say(f"{'':9}{'':<22} to mend it: {finding.mend}")
    bad = [finding.what for finding in findings if finding.needed and not finding.ok]
    sys.stdout.write(f"missing: {', '.join(bad)}\n" if bad else "everything that is needed is here\n")
    return 1 if bad else 0


def examine() -> Iterator[Finding]:
    """Look at one thing after the other."""
    version = sys.version_info
    yield Finding("Python", ".".join(map(str, version[:3])), version >= (3, 11), True, "install Python 3.11 or newer")
    yield from _torch()
    yield _compiler()
    for module, (name, purpose, mend) in _OPTIONAL.items():
        present = find_spec(module) is not None
        yield Finding(name, f"{'present' if present else 'not installed'}: {purpose}", present, mend=mend)
    yield _clients()
    yield from _folders()
    yield from _datasets()


def _torch() -> Iterator[Finding]:
    try:
        import torch
    except ImportError as error:
        yield Finding("torch", str(error), False, True, "pip install torch")
        return
    yield Finding("torch", f"{torch.__version__}, {torch.get_num_threads()} threads", needed=True)
    from deepdive.training import choose_device

    yield Finding("device (auto)", str(choose_device("auto")))


def _compiler() -> Finding:
    from deepdive.training.compilers import compiler_obstacle

    obstacle = compiler_obstacle()
    if obstacle is None:
        return Finding("C++ compiler", "works: --compile and the compiled column of deepdive prove")
    mend = (
        "apt-get install g++ python3-dev" if shutil.which("apt-get") else "install a C++ compiler and Python's headers"
    )
    return Finding("C++ compiler", f"{obstacle}: nothing can be compiled for the processor", False, mend=mend)


def _clients() -> Finding:
    present = [
        name
        for name in ("pip", "npm", "apt-get")
        if shutil.which(name) or (name == "pip" and PathFinder.find_spec("pip"))
    ]
    state = f"{', '.join(present) or 'none'}: data comes from packages where its address is out of reach"
    return Finding("package clients", state, bool(present))


def _folders() -> Iterator[Finding]:
    from deepdive.data.cache import cache_folder

    mends = {"cache folder": "export DEEPDIVE_CACHE=FOLDER", "run folders": "cd FOLDER"}
    for what, folder in (("cache folder", cache_folder()), ("run folders", Path("runs"))):
        existing = next(parent for parent in (folder, *folder.absolute().parents) if parent.exists())
        writable = os.access(existing, os.W_OK)
        free = shutil.disk_usage(existing).free / 1e9
        state = f"{folder}, {free:.1f} GB free" if writable else f"{folder} cannot be written to"
        yield Finding(
            what,
            state,
            writable and free > 0.5,
            True,
            f"{mends[what]}, one that you can write to" if not writable else "free some space",
        )


def _datasets() -> Iterator[Finding]:
    from deepdive.data.fetching import origin
    from deepdive.data.registry import DATASETS

    for dataset in DATASETS.values():
        where = origin(dataset)
        mend = "" if where != "nowhere" else _advice_on(dataset)
        yield Finding(f"data: {dataset.name}", f"would come from {where}", where != "nowhere", mend=mend)


def _advice_on(dataset: "Dataset") -> str:
    """For a data set that comes from nowhere: getting it would fail, so that its files are what is needed."""
    from deepdive.data.fetching import origin
    from deepdive.data.registry import find

    for name in dataset.instead:
        if origin(find(name)) != "nowhere":
            return f"not needed, {name} serves in its place"
    lacking = " or ".join(source.label for source in dataset.sources)
    names = [file.name for file in dataset.files]
    files = ", ".join(names[:4]) + (f" and {len(names) - 4} more files" if len(names) > 4 else "")
    other = f"make {lacking} reachable, or " if lacking else ""
    return f"{other}put {files} (see {dataset.homepage}) into a folder, and name that in DEEPDIVE_DATA"
