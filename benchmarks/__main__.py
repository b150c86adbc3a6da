"""``python -m benchmarks [NAME ...]``: every measurement, or the named ones; status 1 if one misses its target."""

import importlib
import sys
from itertools import chain

from benchmarks._table import show

ROOMS = {
    "command": ("startup", "epoch", "memory", "accuracy"),
    "data": ("data", "augmentation", "text"),
    "training": ("trainer", "own", "vision", "precision", "sequences", "transformers", "rates"),
    "scratch": ("scratch", "autograd", "vectorization", "regression", "recurrent", "attention", "optimization"),
}
"""Every measurement, by the folder that it lies in."""
ALL = {name: f"benchmarks.{room}.{name}" for room, names in ROOMS.items() for name in names}


def main(names: list[str]) -> int:
    unknown = sorted(set(names) - set(ALL))
    if unknown:
        print(f"there are no benchmarks {', '.join(unknown)}; there are {', '.join(ALL)}", file=sys.stderr)
        return 2
    modules = [importlib.import_module(ALL[name]) for name in names or ALL]
    return show(chain.from_iterable(module.rows() for module in modules))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
