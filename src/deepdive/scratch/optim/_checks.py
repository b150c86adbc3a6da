"""Settings of optimisers: what the library refuses is refused, by name, with the rule and the value."""

from collections.abc import Sequence
from typing import Any

from torch import Tensor

from deepdive.checks import check_number, check_sequence


def check_settings(**values: Any) -> None:
    """Check numbers that must not be negative."""
    for name, value in values.items():
        if not number_of(name, value) >= 0:
            raise ValueError(f"{name} must not be negative, got {value}")


def check_positive(**values: Any) -> None:
    """Check numbers that must be above 0."""
    for name, value in values.items():
        if not number_of(name, value) > 0:
            raise ValueError(f"{name} must be above 0, got {value}")


def check_betas(betas: Any, *, above: bool = False) -> None:
    """Check two decays in [0, 1), or in (0, 1) where the equations divide by them."""
    rule = f"2 numbers in {'(' if above else '['}0, 1)"
    check_sequence("betas", betas, rule)
    numbers = check_numbers("betas", betas)
    if len(numbers) != 2 or not all((0 < beta if above else 0 <= beta) and beta < 1 for beta in numbers):
        raise ValueError(f"betas must be {rule}, got {betas}")


def check_numbers(name: str, values: Sequence[Any]) -> list[Any]:
    """Check that all are numbers, and give them."""
    return [number_of(f"{name}[{i}]", value) for i, value in enumerate(values)]


def number_of(name: str, value: Any) -> Any:
    """A number, also that of a tensor of one."""
    number = value.item() if isinstance(value, Tensor) and value.numel() == 1 else value
    check_number(name, number)
    return number
