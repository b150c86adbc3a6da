"""Random numbers for transforms, one or more per image, all on the processor."""

import math

import torch
from jaxtyping import Bool, Float64
from torch import Tensor

Number = int | float


def uniform(b: int, low: Number, high: Number, generator: torch.Generator) -> Float64[Tensor, " b"]:
    """One number from ``low`` to ``high`` for each image."""
    return low + (high - low) * torch.rand(b, dtype=torch.float64, generator=generator)


def chosen(b: int, p: Number, generator: torch.Generator) -> Bool[Tensor, " b"]:
    """True for each image with probability ``p``; always for 1, never for 0."""
    return torch.rand(b, dtype=torch.float64, generator=generator) < p


def check_range(name: str, value: Number, low: Number, high: Number) -> Number:
    """The value itself.

    Raises:
        ValueError: it is not from ``low`` to ``high``, or is NaN or infinite.
    """
    if not (low <= value <= high and math.isfinite(value)):
        rule = f"from {low:g} up, and finite" if high == math.inf else f"from {low:g} to {high:g}"
        raise ValueError(f"{name} is {value}; it must be {rule}")
    return value


def check_whole(name: str, value: int, low: int) -> int:
    """The value itself.

    Raises:
        ValueError: it is no whole number from ``low`` up.
    """
    if not (value >= low and value == value // 1 and math.isfinite(value)):
        raise ValueError(f"{name} is {value}; it must be a whole number from {low} up")
    return int(value)


def check_interval(
    name: str, value: tuple[Number, Number], low: Number, high: Number, *, exclusive: bool = True
) -> tuple[Number, Number]:
    """The pair itself, smaller number first.

    Raises:
        ValueError: it is no pair within ``low`` (itself left out if ``exclusive``) and ``high`` in ascending order.
    """
    if len(value) != 2 or not (low <= value[0] <= value[1] <= high) or (exclusive and value[0] == low):
        end = f"up to {high:g}" if high < math.inf else "finite"
        bound = f"above {low:g}" if exclusive else f"from {low:g}"
        raise ValueError(f"{name} is {value}; it must be two numbers in ascending order, {bound} and {end}")
    if not all(math.isfinite(v) for v in value):
        raise ValueError(f"{name} is {value}; both numbers must be finite")
    return value
