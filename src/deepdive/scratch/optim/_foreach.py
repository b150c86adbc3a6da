"""The library's operations on lists of tensors, which have no public name there."""

from collections.abc import Callable
from typing import Any

import torch


class _Foreach:
    """One operation on all tensors of a list, in a few kernels on a GPU."""

    def __getattr__(self, name: str) -> Callable[..., Any]:
        return getattr(torch, f"_foreach_{name}")


foreach = _Foreach()
