"""Activations of several straight pieces: cut off, shrunk, or cheap forms of smooth ones (D2L section 5.1)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from typing import Any

import torch
from jaxtyping import Float, Real
from torch import Tensor
from torch.autograd import Function
from torch.nn import Module

from deepdive.checks import check_bounds, check_number
from deepdive.scratch._arguments import checked
from deepdive.scratch._precision import autocast


def between(x: Real[Tensor, "..."], low: float, high: float) -> Real[Tensor, "..."]:
    """``min(max(x, low), high)``, with derivative 1 strictly between the two, else 0."""
    if not x.is_floating_point():  # whole numbers stay so, and are cut off at whole ones
        low, high = int(low), int(high)
    return _Between.apply(x, low, high)


def at_least(x: Float[Tensor, "..."], low: float) -> Float[Tensor, "..."]:
    """``max(x, low)``, with derivative 1 everywhere: the gradient passes the maximum as if it were not there."""
    return torch.where(x < low, low + (x - x.detach()), x)


class _Between(Function):
    """Saves the output alone, which shows where it was cut."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, low: float, high: float) -> Tensor:
        return x.clamp(low, high)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
        _, ctx.low, ctx.high = inputs
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        (y,) = ctx.saved_tensors
        return gradients[0] * (y - ctx.low).sign() * (ctx.high - y).sign(), None, None


class ReLU6(Module):
    """``y = min(max(input, 0), 6)``, with ``dy/dinput = 1 if 0 < y < 6 else 0`` (Krizhevsky, 2010).

    A bound that few bits can hold (Howard et al., 2017).
    """

    @checked
    @autocast()
    def forward(self, input: Real[Tensor, "..."]) -> Real[Tensor, "..."]:
        return between(input, 0.0, 6.0)


class Hardtanh(Module):
    """``y = min(max(input, min_val), max_val)``, with ``dy/dinput = 1 if min_val < y < max_val else 0``.

    Raises:
        ValueError: ``min_val`` is not below ``max_val``.
    """

    @checked
    def __init__(self, min_val: float = -1.0, max_val: float = 1.0) -> None:
        super().__init__()
        for name, bound in (("min_val", min_val), ("max_val", max_val)):
            check_number(name, bound)
        if not min_val < max_val:
            raise ValueError(f"max_val must be above min_val={min_val}, got {max_val}")
        self.min_val = min_val
        self.max_val = max_val

    @checked
    @autocast()
    def forward(self, input: Real[Tensor, "..."]) -> Real[Tensor, "..."]:
        _check_unsigned(input, min_val=self.min_val, max_val=self.max_val)
        return between(input, self.min_val, self.max_val)

    def extra_repr(self) -> str:
        return f"min_val={self.min_val}, max_val={self.max_val}"


class Hardsigmoid(Module):
    """``y = min(max(input + 3, 0), 6) / 6``, a sigmoid of straight lines (Courbariaux et al., 2015)."""

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return between(input + 3, 0.0, 6.0) / 6


class Hardswish(Module):
    """``y = input min(max(input + 3, 0), 6) / 6``, a SiLU of straight lines (Howard et al., 2019)."""

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        x = between(input, -3.0, 3.0)
        return torch.where(input < 3, x * (x + 3) / 6, input)


class Hardshrink(Module):
    """``y = input`` where ``|input| > lambd``, else 0."""

    @checked
    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        check_number("lambd", lambd)
        self.lambd = lambd

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return torch.where((input >= -self.lambd) & (input <= self.lambd), 0.0, input)

    def extra_repr(self) -> str:
        return f"{self.lambd}"


class Softshrink(Module):
    """``y = input - min(max(input, -lambd), lambd)``: nearer to 0 by ``lambd``, and 0 from there on.

    The proximal step of ``lambd |y|``.

    Raises:
        ValueError: ``lambd`` is negative or not finite.
    """

    @checked
    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        check_bounds("lambd", lambd, 0)
        self.lambd = lambd

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return input - input.clamp(-self.lambd, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Threshold(Module):
    """``y = input`` where ``input > threshold``, else ``value``.

    Of integers both are the whole numbers next to 0, as in the library.

    Raises:
        ValueError: one is negative or not finite and the input has no such numbers.
    """

    @checked
    def __init__(self, threshold: float, value: float) -> None:
        super().__init__()
        self.threshold = threshold
        self.value = value

    @checked
    @autocast()
    def forward(self, input: Real[Tensor, "..."]) -> Real[Tensor, "..."]:
        _check_unsigned(input, threshold=self.threshold, value=self.value)
        threshold = self.threshold if input.is_floating_point() else int(self.threshold)
        return torch.where(input <= threshold, torch.full_like(input, self.value), input)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold}, value={self.value}"


def _check_unsigned(input: Tensor, **numbers: float) -> None:
    """Check that the dtype of a tensor of integers has these numbers."""
    if input.is_floating_point():
        return
    for name, number in numbers.items():
        if not math.isfinite(number):
            raise ValueError(f"{name} must be finite for an input of integers, got {number}")
        if int(number) < 0 and not input.dtype.is_signed:
            raise ValueError(f"{name} must not be negative for an input without sign, got {number}")
