"""What layers and cells have in common: how they start, and which inputs they refuse."""

import math

from torch import Tensor
from torch.nn import Module

from deepdive.checks import check_dimensions, check_dtype, shown
from deepdive.scratch import init
from deepdive.scratch._precision import check_same_dtype


def reset_uniform(module: Module, hidden_size: int) -> None:
    """Every parameter uniform in ±1/√hidden_size, the library's start for recurrent networks."""
    bound = 1 / math.sqrt(hidden_size)
    for parameter in module.parameters():
        init.uniform_(parameter, -bound, bound)


def check_input(x: Tensor, dimensions: tuple[int, ...], input_size: int, weight: Tensor) -> None:
    """Check that ``x`` has one of these numbers of dimensions, the last of ``input_size``, and the weight's dtype.

    Raises:
        TypeError: it is of another dtype than the weight.
        ValueError: it has another shape.
    """
    check_dtype("input", x, "floating-point")
    if x.ndim not in dimensions:
        words = " or ".join(map(str, dimensions))
        raise ValueError(f"input must have {words} dimensions, got {x.ndim} in shape {shown(x.shape)}")
    check_dimensions("input", x, "*", input_size)
    check_same_dtype("input", x, "the parameters", weight, product=True)


def check_pair(name: str, hx: object) -> None:
    """Raise a ``TypeError`` unless ``hx`` is ``None`` or a pair of tensors."""
    several = isinstance(hx, tuple | list)
    if hx is None or (several and len(hx) == 2 and all([isinstance(s, Tensor) for s in hx])):
        return
    kind = f"({', '.join(type(s).__name__ for s in hx)})" if several else type(hx).__name__
    raise TypeError(f"hx of {name} must be a pair (h, c) of tensors, got {kind}")


def check_state(name: str, s: Tensor, words: str, shape: tuple[int, ...], x: Tensor) -> None:
    """Check that ``s``, a tensor of the state, has this shape and the dtype of the input ``x``.

    Raises:
        TypeError: it is of another dtype.
        ValueError: it has another shape.
    """
    if s.shape != shape:
        raise ValueError(f"{name} of hx must have the shape ({words}) = {shape}, got {tuple(s.shape)}")
    check_same_dtype(f"{name} of hx", s, "input", x, product=True)
