"""Checks of arguments: what differs in shape, dtype or range by mistake is refused by name, never broadcast or rounded.

Checks of shapes and dtypes cost nothing beside a kernel and never wait for the device. Those of a tensor's values
(``check_finite`` and what follows it) do wait, and belong where a function runs once, on the host.
"""

from collections.abc import Sequence
from math import inf
from numbers import Real
from operator import index
from typing import Any, Literal

import torch
from torch import Tensor

Kind = Literal["floating-point", "integer", "boolean", "real"]
"""What a dtype must be: ``integer`` leaves out booleans, ``real`` is floating-point or integer."""


def check_tensor(name: str, value: Any) -> None:
    """Check that an argument is a tensor.

    Raises:
        TypeError: it is something else.
    """
    if not isinstance(value, Tensor):
        raise TypeError(f"{name} must be a tensor, got {told(value)}")


def check_dtype(name: str, value: Any, *kinds: Kind) -> None:
    """Check that an argument is a tensor of one of these kinds of dtype.

    >>> import torch
    >>> check_dtype("x", torch.tensor([1, 2]), "floating-point")
    Traceback (most recent call last):
    ...
    TypeError: x must be floating-point, got int64

    Raises:
        TypeError: it is not.
    """
    check_tensor(name, value)
    if not any([value.dtype in _DTYPES[kind] for kind in kinds]):
        raise TypeError(f"{name} must be {' or '.join(kinds)}, got {_dtype(value)}")


def check_dimensions(name: str, value: Any, *dimensions: str | int) -> None:
    """Check the number of an argument's dimensions, and the sizes of those that are given as numbers.

    A first ``"*"`` stands for any number of dimensions.

    >>> import torch
    >>> check_dimensions("weight", torch.ones(3, 1), "n", 4)
    Traceback (most recent call last):
    ...
    ValueError: weight must have shape (n, 4), got (3, 1)

    Raises:
        TypeError: it is no tensor.
        ValueError: its shape is another.
    """
    check_tensor(name, value)
    shape = value.shape
    beyond = len(shape) - len(dimensions)
    fits = beyond >= -1 if dimensions and dimensions[0] == "*" else beyond == 0
    for place, size in enumerate(dimensions, beyond):
        if fits and isinstance(size, int):
            fits = shape[place] == size
    if not fits:
        raise ValueError(f"{name} must have shape {shown(dimensions)}, got {shown(shape)}")


def check_same_shape(name: str, value: Any, other_name: str, other: Any) -> None:
    """Check that an argument has the shape of another one: nothing is broadcast.

    >>> import torch
    >>> check_same_shape("targets", torch.ones(3, 1), "outputs", torch.ones(3))
    Traceback (most recent call last):
    ...
    ValueError: targets must have the shape of outputs, (3,), got (3, 1)

    Raises:
        TypeError: one is no tensor.
        ValueError: their shapes differ.
    """
    check_tensor(name, value)
    check_tensor(other_name, other)
    if value.shape != other.shape:
        raise ValueError(f"{name} must have the shape of {other_name}, {shown(other.shape)}, got {shown(value.shape)}")


def check_integer(name: str, value: Any, least: int | None = None) -> None:
    """Check that an argument is a whole number, perhaps from ``least`` up.

    Raises:
        TypeError: it is no integer.
        ValueError: it is below ``least``.
    """
    if isinstance(value, bool) or not hasattr(value, "__index__") or isinstance(value, Tensor):
        raise TypeError(f"{name} must be an integer, got {told(value)}")
    if least is not None and not index(value) >= least:
        raise ValueError(f"{name} must be at least {least}, got {value}")


def check_number(name: str, value: Any) -> None:
    """Check that an argument is a real number and not NaN.

    Raises:
        TypeError: it is no number.
        ValueError: it is NaN.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise TypeError(f"{name} must be a number, got {told(value)}")
    if value != value:
        raise ValueError(f"{name} must be a number, got {value}")


def check_bounds(
    name: str,
    value: Any,
    least: int | float | None = None,
    most: int | float | None = None,
    *,
    above: int | float | None = None,
    below: int | float | None = None,
) -> None:
    """Check that a number is finite and within bounds.

    >>> check_bounds("keep", 1.5, above=0, most=1)
    Traceback (most recent call last):
    ...
    ValueError: keep must be above 0 and at most 1, got 1.5

    Raises:
        TypeError: it is no number.
        ValueError: it is NaN, infinite or out of bounds.
    """
    check_number(name, value)
    inside = (
        (above is None or value > above)
        and (least is None or value >= least)
        and (below is None or value < below)
        and (most is None or value <= most)
    )
    if inside and abs(value) < inf:
        return
    bounds = {"above": above, "at least": least, "below": below, "at most": most}
    rules = [f"{words} {bound}" for words, bound in bounds.items() if bound is not None] + ["finite"] * inside
    raise ValueError(f"{name} must be {' and '.join(rules)}, got {told(value) if isinstance(value, int) else value}")


def check_strings(name: str, value: Any) -> None:
    """Check that an argument holds strings and is not itself one, which would be taken letter by letter.

    >>> check_strings("answers", "Paris")
    Traceback (most recent call last):
    ...
    TypeError: answers must be a sequence of strings, got the string 'Paris'

    Raises:
        TypeError: it is a string, no sequence, or holds something else.
    """
    check_sequence(name, value, "strings")
    for i, each in enumerate(value):
        if not isinstance(each, str):
            raise TypeError(f"{name}[{i}] must be a string, got {told(each)}")


def check_sequence(name: str, value: Any, of: str) -> None:
    """Check that an argument is a sequence of several things, and not a string.

    Raises:
        TypeError: it is a string or no sequence; the message says what it should hold, ``of``.
    """
    if not isinstance(value, Sequence) or isinstance(value, str | bytes):
        raise TypeError(f"{name} must be a sequence of {of}, got {told(value)}")


def check_not_empty(name: str, value: Any) -> None:
    """Check that a tensor has an element.

    Raises:
        ValueError: it has none.
    """
    check_tensor(name, value)
    if not value.numel():
        raise ValueError(f"{name} must not be empty, got shape {shown(value.shape)}")


def check_finite(name: str, value: Any) -> None:
    """Check that a tensor holds neither NaN nor infinity. Waits for the device.

    Raises:
        ValueError: it does; the message tells the first such value and where it is.
    """
    check_tensor(name, value)
    _check_all(name, value, value.isfinite(), "finite")


def check_range(
    name: str,
    value: Any,
    least: int | float | None = None,
    most: int | float | None = None,
    *,
    above: int | float | None = None,
) -> None:
    """Check that a tensor holds only numbers from ``least`` to ``most``, or above ``above``. Waits for the device.

    >>> import torch
    >>> check_range("weights", torch.tensor([0.5, -1.0]), 0)
    Traceback (most recent call last):
    ...
    ValueError: weights must be from 0 up, got -1 at [1]

    Raises:
        ValueError: a value lies outside or is NaN; the message tells the first one and where it is.
    """
    check_tensor(name, value)
    good = ~value.isnan() if value.is_floating_point() else torch.ones_like(value, dtype=torch.bool)
    rules = list[str]()
    if above is not None:
        good, rules = good & (value > above), [*rules, f"above {above:g}"]
    if least is not None and most is not None:
        good, rules = good & (value >= least) & (value <= most), [*rules, f"from {least:g} to {most:g}"]
    elif least is not None:
        good, rules = good & (value >= least), [*rules, f"from {least:g} up"]
    elif most is not None:
        good, rules = good & (value <= most), [*rules, f"at most {most:g}"]
    _check_all(name, value, good, " and ".join(rules))


def check_labels(name: str, value: Any, num_classes: int, ignored: int | None = None) -> None:
    """Check that a tensor holds class numbers ``0, ..., num_classes - 1``, or ``ignored``. Waits for the device.

    Raises:
        TypeError: they are no integers.
        ValueError: one is out of range; the message tells the first one and where it is.
    """
    check_dtype(name, value, "integer")
    classes = value.long()  # in which none is taken for the one that is ignored
    good = (classes >= 0) & (classes < num_classes)
    rule = f"from 0 to {num_classes - 1}"
    if ignored is not None:
        good, rule = good | (classes == ignored), f"{rule} or {ignored}"
    _check_all(name, value, good, rule)


def check_probabilities(name: str, value: Any, tolerance: float = 1e-3) -> None:
    """Check that numbers along the last dimension are from 0 up and of sum 1. Waits for the device.

    Raises:
        TypeError: they are not floating-point.
        ValueError: one is negative or NaN, or a sum is another; the message tells the first one and where it is.
    """
    check_dtype(name, value, "floating-point")
    check_range(name, value, 0)
    total = value.double().sum(-1)
    _check_all(f"the sum of {name} over the last dimension", total, (total - 1).abs() <= tolerance, "1")


def shown(shape: Sequence[int | str]) -> str:
    """A shape as it is written: ``()``, ``(3,)``, ``(n, classes)``."""
    return f"({', '.join(map(str, shape))}{',' if len(shape) == 1 else ''})"


def told(value: object) -> str:
    """What a value is, for the end of a message: a number or a short string itself, of other things the kind."""
    if isinstance(value, Tensor):
        return f"{_dtype(value)} of shape {shown(value.shape)}"
    if isinstance(value, str):
        return f"the string {value[:40]!r}"
    if isinstance(value, int) and value.bit_length() > 200:
        return f"an integer of {value.bit_length()} bits"
    if isinstance(value, int | float | complex) or value is None:
        return repr(value)
    return type(value).__name__


def _check_all(name: str, value: Tensor, good: Tensor, rule: str) -> None:
    if bool(good.all()):
        return
    where = (~good).nonzero()[0].tolist()
    at = f" at [{', '.join(map(str, where))}]" if where else ""
    raise ValueError(f"{name} must be {rule}, got {value[tuple(where)].item():.6g}{at}")


_ALL = frozenset(each for each in vars(torch).values() if isinstance(each, torch.dtype))
_FLOATING = frozenset(each for each in _ALL if each.is_floating_point)
_INTEGER = frozenset(each for each in _ALL - _FLOATING if not each.is_complex) - {torch.bool}
_DTYPES: dict[Kind, frozenset[torch.dtype]] = {
    "floating-point": _FLOATING,
    "integer": _INTEGER,
    "boolean": frozenset([torch.bool]),
    "real": _FLOATING | _INTEGER,
}


def _dtype(value: Tensor) -> str:
    return str(value.dtype).removeprefix("torch.")
