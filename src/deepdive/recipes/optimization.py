"""Optimisers and schedules that every recipe offers, by name. Free of torch: ``--help`` must be quick."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal, TypeVar, get_args

from deepdive.recipes.ranges.typed import typed_value

OptimizerName = Literal[
    "sgd",
    "adam",
    "adamw",
    "adagrad",
    "adadelta",
    "adafactor",
    "adamax",
    "asgd",
    "lion",
    "muon",
    "nadam",
    "radam",
    "rmsprop",
    "rprop",
    "schedule-free-adamw",
    "schedule-free-sgd",
    "sophia-g",
    "yogi",
]
"""Optimisers that need dense gradients and no closure. muon has AdamW for all but hidden matrices and kernels."""

ScheduleName = Literal[
    "constant",
    "one-cycle",
    "cosine",
    "step",
    "slanted-triangular",
    "inverse-square-root",
    "cosine-restarts",
    "cyclic",
    "exponential",
    "factor",
    "linear",
    "multi-step",
    "polynomial",
    "square-root",
    "warm-up",
    "warm-up-cosine",
    "warm-up-stable-decay",
]
"""How the learning rate can change from step to step."""

_SCHEDULE_FREE = {"schedule": "constant", "momentum": 0.9}
USUAL: Mapping[OptimizerName, Mapping[str, Any]] = {
    "sgd": {"lr": 0.1, "momentum": 0.9},
    "adam": {"lr": 1e-3},
    "adamw": {"lr": 1e-3},
    "adagrad": {"lr": 0.01},
    "adadelta": {"lr": 1.0},
    "adafactor": {"lr": 0.01},
    "adamax": {"lr": 2e-3},
    "asgd": {"lr": 0.1},
    "lion": {"lr": 2e-4},
    "muon": {"lr": 0.02, "momentum": 0.95},
    "nadam": {"lr": 1e-3},
    "radam": {"lr": 2e-3},
    "rmsprop": {"lr": 1e-3},
    "rprop": {"lr": 1e-3, "weight_decay": 0.0},
    "schedule-free-adamw": {"lr": 5e-3} | _SCHEDULE_FREE,
    "schedule-free-sgd": {"lr": 1.0} | _SCHEDULE_FREE,
    "sophia-g": {"lr": 3e-4},
    "yogi": {"lr": 0.01},
}
"""What an optimiser is usually given; a recipe states what suits the one that it has by default."""

Settings = TypeVar("Settings")


def with_usual(defaults: Settings, flags: list[str]) -> Settings:
    """The defaults of a recipe, with what suits the optimiser that the flags name, if that is another one.

    The rate of a recipe is for its own optimiser: ``--optimizer.name lion`` alone takes Lion's usual one.
    """
    own: Any = getattr(defaults, "optimizer", None)
    name: Any = typed_value("--optimizer.name", flags)
    if name not in get_args(OptimizerName) or name == getattr(own, "name", name):
        return defaults
    usual = dict(USUAL[name])
    schedule = {key: usual.pop(key) for key in ("schedule",) if key in usual and hasattr(defaults, key)}
    known: Any = defaults
    return replace(known, optimizer=replace(own, name=name, nesterov=False, **usual), **schedule)
