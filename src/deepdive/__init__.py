"""Every idea of the deep-learning curriculum, twice: once to read, once to run. Proven equal.

Importing this package is nearly free: its parts are loaded when they are first used
(``deepdive.scratch``, ``deepdive.models``, ``deepdive.algorithms``, ``deepdive.data``, ``deepdive.training``,
``deepdive.recipes``).
"""

import importlib
from types import ModuleType

__version__ = "0.1.0"

_PARTS = ("algorithms", "data", "models", "recipes", "scratch", "toolkit", "training", "twins")


def __getattr__(name: str) -> ModuleType:
    if name in _PARTS:
        return importlib.import_module(f"deepdive.{name}")
    raise AttributeError(f"module 'deepdive' has no attribute {name!r}; its parts are {', '.join(_PARTS)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PARTS])
