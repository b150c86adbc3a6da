"""What one row of the tables of arguments holds."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import torch


def vector(*values):
    return torch.tensor(values, dtype=torch.float64)


def numbers(*values):
    return torch.tensor(values)


def is_figure(value):
    return type(value).__name__ == "Figure"


NAN, INF = float("nan"), float("inf")


@dataclass
class Row:
    """A call that is right, what it gives by other means, and calls that are refused."""

    call: Callable[..., Any]
    arguments: dict[str, Any]
    expected: Any
    """A value, or whether the result is right."""
    bad: list[tuple[dict[str, Any], str]] = field(default_factory=list)
    """Arguments in place of the right ones, and how the message begins."""
    free: tuple[str, ...] = ()
    """Parameters whose number of dimensions is free, or which are checked elsewhere."""
