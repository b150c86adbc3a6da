"""Comparisons and logic, element by element: tensors of booleans, with no gradient."""

import operator
from typing import Any

import numpy as np

from deepdive.scratch.autograd._recording import Operand, as_operand, constant, operands
from deepdive.scratch.autograd.tensor import Tensor


def compare(name: str, a: Operand, b: Operand) -> Tensor:
    """``lt``, ``le``, ``gt``, ``ge``, ``eq``, ``ne`` of two operands; ``and_``, ``or_``, ``xor`` of booleans.

    Raises:
        TypeError: logic of something else than booleans.
    """
    word = name.rstrip("_")
    a, b = as_operand(word, a), as_operand(word, b)
    if word in ("and", "or", "xor") and (a.dtype, b.dtype) != (np.bool_, np.bool_):
        raise TypeError(f"{word} takes booleans, got {a.dtype} and {b.dtype}")
    a, b = operands(word, a, b)
    compared: Any = getattr(operator, name)
    return constant(compared(a._data, b._data))


def invert(x: Operand) -> Tensor:
    """Not ``x``, of booleans.

    Raises:
        TypeError: of something else.
    """
    x = as_operand("invert", x)
    if x.dtype != np.bool_:
        raise TypeError(f"~ takes booleans, got {x.dtype}")
    return constant(~x._data)
