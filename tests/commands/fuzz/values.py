"""What is typed behind a flag: numbers at and beyond its bounds, wrong types, hostile strings."""

import math
import os
import random
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import Meta

from deepdive.recipes.ranges.checked import Checked, fields_of
from deepdive.recipes.ranges.types import Prompt

NUMBERS = (
    "0",
    "-1",
    "1e308",
    "-1e308",
    "inf",
    "-inf",
    "nan",
    "1e-320",
    "0.5",
    "2.5",
    "-0.0",
    str(10**30),
    str(-(10**30)),
)
"""Legal for some flags, and hostile to others."""
STRANGE = ("", " ", "abc", "None", "1,5", "0x10", "１２", "1_000", "+1", "9" * 5000, "True", "--", "-", "$_$")
TEXTS = (*STRANGE, "x" * 5000, "a\nb", "../..", "/dev/null", ".", "\u202e", "url(x", "[MASK]", os.fsdecode(b"\xff\xfe"))


def flags_of(settings_type: type[Checked], prefix: str = "--") -> Iterator[tuple[str, Any]]:
    """Every flag of a recipe and its type."""
    for name, kind, nested in fields_of(settings_type):
        flag = f"{prefix}{name.replace('_', '-')}"
        if nested:
            yield from flags_of(kind, f"{flag}.")
        else:
            yield flag, kind


def bounded(kind: Any) -> Iterator[tuple[type, Meta]]:
    """The numbers within bounds that a type is made of."""
    arguments = get_args(kind)
    if get_origin(kind) is Annotated and arguments[0] in (int, float):
        yield arguments[0], next(each for each in arguments[1:] if isinstance(each, Meta))
        return
    for each in arguments if get_origin(kind) is not Literal else ():
        yield from bounded(each)


def unbounded(kind: Any) -> bool:
    """Whether a type holds a number that may be anything."""
    arguments = get_args(kind)
    if get_origin(kind) is Annotated and arguments[0] in (int, float):
        return not any(isinstance(each, Meta) for each in arguments[1:])
    return kind in (int, float) or any(map(unbounded, arguments if get_origin(kind) is not Literal else ()))


def wrong(kind: Any) -> list[Any]:
    """Values that a type with numbers in it does not allow: just beyond its bounds, and far beyond them."""
    if kind == Prompt:
        return ["", " \n", "a\0", os.fsdecode(b"a\xff"), "x" * 10_001, 3, None]
    bounds = list(bounded(kind))
    if get_origin(kind) in (Union, UnionType) and len(bounds) > 1:
        return [-1, -0.1, 1.0, math.nan, math.inf, 10**30, True, "x"]
    found = [value for each in bounds for value in _outside(*each)]
    tuples = "tuple" in str(kind)
    return [[value] * max(2, len(bounds)) for value in found] if tuples else [*found, *(["x", True] if found else [])]


def _outside(number: type, meta: Meta) -> list[float]:
    near = [meta.ge - 1 if number is int else math.nextafter(meta.ge, -math.inf)] if meta.ge is not None else [meta.gt]
    near += [meta.le + 1 if number is int else math.nextafter(meta.le, math.inf)] if meta.le is not None else [meta.lt]
    return near + ([10**30, -(10**30)] if number is int else [math.nan, math.inf, -math.inf, 1e308, -1e308])


def at_bounds(number: type, meta: Meta) -> list[str]:
    """The least and the greatest that is allowed; of integers, whose greatest take long, the two least."""
    low = least(number, meta)
    return [repr(low), repr(low + 1 if number is int else greatest(number, meta))]


def least(number: type, meta: Meta) -> Any:
    return number(meta.ge if meta.ge is not None else math.nextafter(meta.gt, math.inf))


def greatest(number: type, meta: Meta) -> Any:
    return number(meta.le if meta.le is not None else math.nextafter(meta.lt, -math.inf))


def typed(kind: Any, draw: random.Random, *, allowed: bool) -> list[str]:
    """Words behind a flag of this type: mostly ones that it allows, or mostly ones that it does not."""
    if kind is bool:
        return []
    origin, arguments = get_origin(kind), get_args(kind)
    if origin is Annotated and arguments[0] not in (int, float):
        return typed(arguments[0], draw, allowed=allowed)
    if origin is tuple:
        many = draw.randint(0, 3) if arguments[1:] == (...,) else len(arguments) - (not allowed and draw.random() < 0.3)
        kinds = [arguments[0]] * many if arguments[1:] == (...,) else arguments[:many]
        return [word for each in kinds for word in typed(each, draw, allowed=allowed)]
    if draw.random() < 0.1:
        allowed = not allowed
    if allowed and origin is Literal:
        return [str(draw.choice(arguments))]
    if allowed and (bounds := list(bounded(kind))):
        return [draw.choice(at_bounds(*draw.choice(bounds)) + ["None"] * (NoneType in arguments))]
    return [draw.choice(TEXTS if kind is str or str in arguments else NUMBERS + STRANGE)]
