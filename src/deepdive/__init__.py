"""Every idea of the deep-learning curriculum, twice: once to read, once to run. Proven equal.

Importing this package is nearly free: its parts are loaded when they are first used
(``deepdive.scratch``, ``deepdive.models``, ``deepdive.algorithms``, ``deepdive.data``, ``deepdive.training``,
``deepdive.recipes``).
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_PARTS = ("algorithms", "data", "models", "recipes", "scratch", "toolkit", "training", "twins")
_NAMES = {"load": "deepdive.recipes.running.loading"}
"""Names that are for everybody, and where they are from."""


def __getattr__(name: str) -> Any:
    if name in _PARTS:
        return importlib.import_module(f"deepdive.{name}")
    if name in _NAMES:
        return getattr(importlib.import_module(_NAMES[name]), name)
    raise AttributeError(f"module 'deepdive' has no attribute {name!r}; its parts are {', '.join(_PARTS)}")


def __dir__() -> list[str]:
    return sorted([*globals(), *_PARTS, *_NAMES])
