"""What layers and cells have in common: how they start, and which inputs they refuse."""

import math

from torch import Tensor
from torch.nn import Module

from deepdive.scratch import initialization as init


def check_sizes(**sizes: int) -> None:
    """Raise a ``ValueError`` unless all are at least 1."""
    for name, size in sizes.items():
        if size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")


def reset_uniform(module: Module, hidden_size: int) -> None:
    """Every parameter uniform in ±1/√hidden_size, the library's start for recurrent networks."""
    bound = 1 / math.sqrt(hidden_size)
    for parameter in module.parameters():
        init.uniform_(parameter, -bound, bound)


def check_input(name: str, x: Tensor, dimensions: tuple[int, ...], input_size: int) -> None:
    """Raise a ``ValueError`` unless ``x`` has one of these numbers of dimensions, the last of size ``input_size``."""
    if x.ndim not in dimensions:
        words = " or ".join(map(str, dimensions))
        raise ValueError(f"{name} takes an input of {words} dimensions, got {x.ndim}: {tuple(x.shape)}")
    if x.shape[-1] != input_size:
        raise ValueError(
            f"{name} has input_size={input_size}, but the last dimension of its input of shape {tuple(x.shape)} is "
            f"{x.shape[-1]}"
        )


def check_pair(name: str, hx: object) -> None:
    """Raise a ``TypeError`` unless ``hx`` is ``None`` or a pair of tensors."""
    several = isinstance(hx, tuple | list)
    if hx is None or (several and len(hx) == 2 and all(isinstance(s, Tensor) for s in hx)):
        return
    kind = f"({', '.join(type(s).__name__ for s in hx)})" if several else type(hx).__name__
    raise TypeError(f"hx of {name} must be a pair (h, c) of tensors, got {kind}")


def check_shape(name: str, s: Tensor, words: str, shape: tuple[int, ...]) -> None:
    """Raise a ``ValueError`` unless ``s``, a tensor of the state, has this shape."""
    if s.shape != shape:
        raise ValueError(f"{name} of hx must have the shape ({words}) = {shape}, got {tuple(s.shape)}")
