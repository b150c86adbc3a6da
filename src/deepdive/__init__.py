"""Every idea of the deep-learning curriculum, twice: once to read, once to run. Proven equal.

Importing this package is nearly free: its parts are loaded when they are first used
(``deepdive.scratch``, ``deepdive.models``, ``deepdive.algorithms``, ``deepdive.data``, ``deepdive.training``,
``deepdive.recipes``), and so are the names that stand for a whole use of it:

``Trainer`` with a task (``Classification``, ``Regression``) trains a network of yours or of ours; ``load`` gives one
that is trained. For type checkers they stand in ``__init__.pyi``: an import here, even if it is never executed,
would close a circle.
"""

import importlib
from typing import Any

__version__ = "0.1.0"

_PARTS = ("algorithms", "data", "models", "recipes", "scratch", "toolkit", "training", "twins")
_HOMES = {
    "training": (
        "Classification",
        "EarlyStopping",
        "Regression",
        "Run",
        "Supervised",
        "Task",
        "Trainer",
        "evaluate",
        "load_weights",
        "save_weights",
        "seed_everything",
    ),
    "recipes.running.loading": ("load",),
}
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [*_PARTS, *_HOME_OF]  # pyright: ignore[reportUnsupportedDunderAll]


def __getattr__(name: str) -> Any:
    if name in _PARTS:
        return importlib.import_module(f"deepdive.{name}")
    if name in _HOME_OF:
        return getattr(importlib.import_module(f"deepdive.{_HOME_OF[name]}"), name)
    if name.startswith("_"):  # what Python itself looks for
        raise AttributeError(f"module 'deepdive' has no attribute {name!r}")
    from deepdive.names import suggestion

    near = suggestion(name, __all__)
    raise AttributeError(f"module 'deepdive' has no attribute {name!r}{near}")


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
