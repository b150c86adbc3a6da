"""Checks of arguments by their annotations: what a signature says of kinds and dtypes holds at run time, too.

``@checked`` above a constructor, a ``forward`` or a function refuses, by name, what is no tensor, a tensor of another
kind of dtype, a string for a number, and so on. Shapes and values are checked where they are known, by
``deepdive.checks`` and in the layers.
"""

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from types import NoneType, UnionType
from typing import Any, TypeVar, Union, get_args, get_origin

import torch
from jaxtyping import AbstractArray
from torch import Generator, Tensor
from torch.nn import Module
from torch.nn.utils.rnn import PackedSequence

from deepdive.checks import shown, told
from deepdive.signatures import ArrayRule, KindRule, Rule, UnionRule, hold

Function = TypeVar("Function", bound=Callable[..., Any])


def checked(function: Function) -> Function:
    """Refuse arguments of another kind than the function's annotations say, before it runs.

    Flags of modules are what Python takes them for, as in the library; those of functions must be booleans.

    >>> from jaxtyping import Float
    >>> @checked
    ... def doubled(x: Float[Tensor, "..."]) -> Tensor:
    ...     return 2 * x
    >>> doubled(torch.tensor([1, 2]))
    Traceback (most recent call last):
    ...
    TypeError: x must be a floating-point tensor, got int64 of shape (2,)

    Raises:
        TypeError: an argument is of another kind.
    """
    flag = _TRUTH if getattr(function, "__name__", "") in ("__init__", "forward") else _RULES[bool]
    return hold(function, lambda p: flag if p.annotation is bool else _rule_of(p.annotation))


def _rule_of(annotation: Any) -> Rule | None:
    """What an annotation asks of a value; ``None`` where that is checked elsewhere."""
    if get_origin(annotation) in (Union, UnionType):
        rules = [_TRUTH if option is bool else _rule_of(option) for option in get_args(annotation)]
        return None if None in rules else UnionRule([rule for rule in rules if rule is not None])
    if inspect.isclass(annotation) and issubclass(annotation, AbstractArray):
        return ArrayRule(annotation.dtype[Tensor, "..."])  # of any shape: layers know better what to say of it
    return _RULES.get(annotation)


def is_integer(value: object) -> bool:
    """Whether a value stands for a whole number: an ``int`` or what NumPy and torch have of its kind, but no flag."""
    if isinstance(value, int):
        return not isinstance(value, bool)
    if isinstance(value, Tensor):
        return value.ndim == 0 and not (value.is_floating_point() or value.is_complex() or value.dtype == torch.bool)
    return hasattr(value, "__index__") and not getattr(value, "shape", ())


def is_number(value: object) -> bool:
    """Whether a value stands for a real number: a ``float`` or what NumPy and torch have of its kind."""
    if isinstance(value, int | float):
        return True
    if isinstance(value, Tensor):
        return value.ndim == 0 and not value.is_complex()
    return (hasattr(value, "__float__") or hasattr(value, "__index__")) and not getattr(value, "shape", ())


def _has_truth(value: object) -> bool:
    """Whether Python can take a value for true or false: not several numbers at once."""
    return math.prod(getattr(value, "shape", ())) == 1


class _Kind(Rule):
    """What passes a test."""

    def __init__(self, test: Callable[[Any], bool], description: str) -> None:
        self.test, self.description = test, description

    def fits(self, value: Any, sizes: Any) -> bool:
        return self.test(value)


def _is_floating(value: object) -> bool:
    return isinstance(value, torch.dtype) and value.is_floating_point


_TRUTH = _Kind(_has_truth, "True or False")
_RULES: dict[Any, Rule] = {
    int: _Kind(is_integer, "an integer"),
    float: _Kind(is_number, "a number"),
    torch.dtype: _Kind(_is_floating, "a floating-point torch.dtype"),
    bool: KindRule("True or False", (bool,)),
    str: KindRule("a string", (str,)),
    Tensor: KindRule("a tensor", (Tensor,)),
    NoneType: KindRule("None", (NoneType,)),
    Module: KindRule("a module", (Module,)),
    Generator: KindRule("a torch.Generator", (Generator,)),
    PackedSequence: KindRule("a packed sequence", (PackedSequence,)),
}


def check_option(name: str, value: object, options: Any) -> None:
    """Check that an argument is one of the options that a ``Literal`` has.

    Raises:
        ValueError: it is another.
    """
    allowed = get_args(options)
    if not isinstance(value, str) or value not in allowed:
        words = ", ".join(repr(option) for option in allowed[:-1])
        raise ValueError(f"{name} must be {words} or {allowed[-1]!r}, got {described(value)}")


def check_flags(**flags: object) -> None:
    """Check that all are booleans.

    Raises:
        TypeError: one is not.
    """
    for name, flag in flags.items():
        if not isinstance(flag, bool):
            raise TypeError(f"{name} must be True or False, got {told(flag)}")


def check_dim(name: str, dim: int, dimensions: int) -> None:
    """Check that an argument is the number of a dimension, from the front or from the back.

    Raises:
        ValueError: there is no such dimension.
    """
    n = max(dimensions, 1)
    if not -n <= dim < n:
        raise ValueError(f"{name} must be a dimension of the input, from {-n} to {n - 1}, got {dim}")


def fit_together(a: Sequence[int], b: Sequence[int]) -> bool:
    """Whether two shapes broadcast with each other."""
    return all([1 in pair or pair[0] == pair[1] for pair in zip(reversed(a), reversed(b), strict=False)])


def check_broadcasts(name: str, value: Tensor, other_name: str, shape: Sequence[int]) -> None:
    """Check that a tensor broadcasts to a shape.

    Raises:
        ValueError: it does not.
    """
    sizes = zip(reversed(value.shape), reversed(shape), strict=False)
    if value.ndim > len(shape) or any(size not in (1, whole) for size, whole in sizes):
        raise ValueError(f"{name} must broadcast to {other_name} {shown(shape)}, got {shown(value.shape)}")


def check_sizes(least: int = 1, /, **sizes: int) -> None:
    """Check that all are at least ``least``.

    Raises:
        ValueError: one is below.
    """
    for name, size in sizes.items():
        if size < least:
            raise ValueError(f"{name} must be at least {least}, got {size}")


def check_probability(name: str, value: float) -> None:
    """Check that a number is a probability.

    Raises:
        ValueError: it is outside of [0, 1] or NaN.
    """
    if not 0 <= value <= 1:
        raise ValueError(f"{name} must be a probability, between 0 and 1, got {value}")


def check_not_negative(**values: float) -> None:
    """Check that no number is negative or NaN.

    Raises:
        ValueError: one is.
    """
    for name, value in values.items():
        if not value >= 0:
            raise ValueError(f"{name} must not be negative, got {value}")


def described(value: object) -> str:
    """A value as an error shows it: a short string, tuple or list itself; else what it is."""
    text = repr(value) if isinstance(value, str | tuple | list | torch.dtype) else ""
    return text if 0 < len(text) < 60 else told(value)


def sizes_of(name: str, value: int | Sequence[int], n: int, least: int = 1) -> tuple[int, ...]:
    """``n`` numbers, one for each dimension, from one for all of them or ``n``.

    Raises:
        ValueError: not one or ``n`` whole numbers of at least ``least``.
    """
    each: Any = (value,) * n if is_integer(value) else value
    several = isinstance(each, Iterable) and not isinstance(each, str | Tensor)
    each = tuple(each) if several else ()
    if len(each) != n or not all([is_integer(v) and v >= least for v in each]):
        words = {1: "a whole number", 2: "one or two whole numbers", 3: "one or three whole numbers"}
        rule = words.get(n, f"one or {n} whole numbers")
        raise ValueError(f"{name} must be {rule} of at least {least}, got {described(value)}")
    return tuple(int(v) for v in each)


def pair_of(name: str, value: int | Sequence[int], least: int = 1) -> tuple[int, int]:
    """``(height, width)`` from one number for both, or two.

    Raises:
        ValueError: not one or two whole numbers of at least ``least``.
    """
    h, w = sizes_of(name, value, 2, least)
    return h, w
