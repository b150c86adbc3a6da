"""Checks of arguments by their annotations: what a signature says of kinds and dtypes holds at run time, too.

``@checked`` above a constructor, a ``forward`` or a function refuses, by name, what is no tensor, a tensor of another
kind of dtype, a string for a number, and so on. Shapes and values are checked where they are known, by
``deepdive.checks`` and in the layers.
"""

import inspect
import math
from collections.abc import Callable, Iterable, Sequence
from functools import wraps
from types import NoneType, UnionType
from typing import Any, ParamSpec, TypeVar, Union, get_args, get_origin

import torch
from jaxtyping import AbstractArray, Bool, Float, Int, Int32, Int64, Real
from torch import Generator, Tensor
from torch.nn import Module
from torch.nn.utils.rnn import PackedSequence

from deepdive.checks import shown

P = ParamSpec("P")
R = TypeVar("R")
Rule = tuple[Callable[[Any], bool], str]
"""Whether a value will do, and what it must be, in words."""

_ARRAYS: dict[str, Any] = {
    "floating-point": Float[Tensor, "..."],
    "integer": Int[Tensor, "..."],
    "int64": Int64[Tensor, "..."],
    "int32": Int32[Tensor, "..."],
    "boolean": Bool[Tensor, "..."],
    "real": Real[Tensor, "..."],
}
_KINDS = {array.dtypes: kind for kind, array in _ARRAYS.items()}


def checked(function: Callable[P, R]) -> Callable[P, R]:
    """Refuse arguments of another kind than the function's annotations say, before it runs.

    Flags of modules are what Python takes them for, as in the library; those of functions must be booleans.

    >>> @checked
    ... def doubled(x: Float[Tensor, "..."]) -> Tensor:
    ...     return 2 * x
    >>> doubled(torch.tensor([1, 2]))
    Traceback (most recent call last):
    ...
    TypeError: x must be a floating-point tensor, got an int64 tensor of shape (2,)

    Raises:
        TypeError: an argument is of another kind.
    """
    of_module = getattr(function, "__name__", "") in ("__init__", "forward")
    flag = _TRUTH if of_module else _RULES[bool]
    rules: dict[str, Rule] = {}
    by_place: list[tuple[int, str, Rule]] = []
    for place, p in enumerate(inspect.signature(function).parameters.values()):
        rule = flag if p.annotation is bool else rule_of(p.annotation)
        if rule is None or p.kind in (p.VAR_POSITIONAL, p.VAR_KEYWORD):
            continue
        rules[p.name] = rule
        if p.kind is not p.KEYWORD_ONLY:
            by_place.append((place, p.name, rule))

    @wraps(function)
    def with_checks(*args: P.args, **kwargs: P.kwargs) -> R:
        given = len(args)
        for place, name, (test, words) in by_place:
            if place >= given:
                break
            if not test(args[place]):
                raise TypeError(f"{name} must be {words}, got {described(args[place])}")
        for name in kwargs:
            if name in rules and not rules[name][0](kwargs[name]):
                raise TypeError(f"{name} must be {rules[name][1]}, got {described(kwargs[name])}")
        return function(*args, **kwargs)

    return with_checks


def rule_of(annotation: Any) -> Rule | None:
    """What an annotation asks of a value; ``None`` where that is checked elsewhere."""
    if get_origin(annotation) in (Union, UnionType):
        rules = [_TRUTH if option is bool else rule_of(option) for option in get_args(annotation)]
        known = [rule for rule in rules if rule is not None]
        if len(known) < len(rules):
            return None
        tests = tuple(test for test, _ in known)
        return lambda value: any([test(value) for test in tests]), " or ".join(words for _, words in known)
    if inspect.isclass(annotation) and issubclass(annotation, AbstractArray):
        return _rule_of_array(annotation)
    return _RULES.get(annotation)


def _rule_of_array(annotation: Any) -> Rule:
    dtypes = annotation.dtypes
    if dtypes not in _KINDS:
        return _RULES[Tensor]
    accepted = frozenset(dtype for name in dtypes if isinstance(dtype := getattr(torch, name, None), torch.dtype))
    kind = _KINDS[dtypes]
    return lambda x: isinstance(x, Tensor) and x.dtype in accepted, f"a{'n' * (kind[0] == 'i')} {kind} tensor"


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


_TRUTH: Rule = (_has_truth, "True or False")
_RULES: dict[Any, Rule] = {
    int: (is_integer, "an integer"),
    float: (is_number, "a number"),
    bool: (lambda value: isinstance(value, bool), "True or False"),
    str: (lambda value: isinstance(value, str), "a string"),
    Tensor: (lambda value: isinstance(value, Tensor), "a tensor"),
    NoneType: (lambda value: value is None, "None"),
    Module: (lambda value: isinstance(value, Module), "a module"),
    Generator: (lambda value: isinstance(value, Generator), "a torch.Generator"),
    PackedSequence: (lambda value: isinstance(value, PackedSequence), "a packed sequence"),
    torch.dtype: (
        lambda value: isinstance(value, torch.dtype) and value.is_floating_point,
        "a floating-point torch.dtype",
    ),
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
            raise TypeError(f"{name} must be True or False, got {described(flag)}")


def check_dim(name: str, dim: int, dimensions: int) -> None:
    """Check that an argument is the number of a dimension, from the front or from the back.

    Raises:
        ValueError: there is no such dimension.
    """
    n = max(dimensions, 1)
    if not -n <= dim < n:
        raise ValueError(f"{name} must be a dimension of the input, from {-n} to {n - 1}, got {dim}")


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
    """A value as an error shows it, in few words."""
    if isinstance(value, Tensor):
        dtype = str(value.dtype).removeprefix("torch.")
        return f"a{'n' * (dtype[0] == 'i')} {dtype} tensor of shape {shown(value.shape)}"
    text = repr(value)
    short = isinstance(value, str | int | float | complex | NoneType | torch.dtype | tuple | list) and len(text) < 60
    return text if short else f"an object of type {type(value).__name__}"


def pair_of(name: str, value: int | Sequence[int], least: int = 1) -> tuple[int, int]:
    """``(height, width)`` from one number for both, or two.

    Raises:
        ValueError: not one or two whole numbers of at least ``least``.
    """
    both: Any = (value, value) if is_integer(value) else value
    if not isinstance(both, Iterable) or isinstance(both, str | Tensor) or len(both := tuple(both)) != 2:
        raise ValueError(f"{name} must be one or two whole numbers of at least {least}, got {described(value)}")
    if not all(is_integer(v) for v in both) or any(v < least for v in both):
        raise ValueError(f"{name} must be one or two whole numbers of at least {least}, got {described(value)}")
    return int(both[0]), int(both[1])
