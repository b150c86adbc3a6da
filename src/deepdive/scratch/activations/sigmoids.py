"""Activations with a smooth step between two levels, and what is made of them (D2L section 5.1)."""

# ruff: noqa: D102 (what forward computes is said by its class)

from typing import Any

import torch
from jaxtyping import Bool, Float, Real
from torch import Tensor
from torch.autograd import Function
from torch.nn import Module

from deepdive.checks import check_number, shown
from deepdive.scratch._arguments import check_dim, checked
from deepdive.scratch._precision import autocast, floating

Numbers = Real[Tensor, "..."] | Bool[Tensor, "..."]
"""What the library turns into floating-point numbers by itself."""


class Sigmoid(Module):
    """``y = 1 / (1 + exp(-input))``, with ``dy/dinput = y (1 - y)``."""

    @checked
    @autocast()
    def forward(self, input: Numbers) -> Float[Tensor, "..."]:
        return sigmoid(floating(input))


def sigmoid(x: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """``1 / (1 + exp(-x))``: exact where ``exp`` overflows, because 1 / inf = 0."""
    return _Sigmoid.apply(x)


class _Sigmoid(Function):
    """The derivative from the output, because the chain rule through ``exp`` would meet 0 * inf."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return 1 / (1 + torch.exp(-x))

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return gradients[0] * y * (1 - y)


class Tanh(Module):
    """``y = (exp(input) - exp(-input)) / (exp(input) + exp(-input))``, with ``dy/dinput = 1 - y²``."""

    @checked
    @autocast()
    def forward(self, input: Numbers) -> Float[Tensor, "..."]:
        return tanh(floating(input))


def tanh(x: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """``sign(x) (1 - exp(-2|x|)) / (1 + exp(-2|x|))``, which neither overflows nor loses digits near 0."""
    return _Tanh.apply(x)


class _Tanh(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        u = torch.expm1(-2 * x.abs())  # exp(-2|x|) - 1
        return -x.sign() * u / (2 + u)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return gradients[0] * (1 - y * y)


def softplus(x: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """``log(1 + exp(x))``, finite for any finite ``x``; its derivative is ``sigmoid(x)``, also at 0."""
    # maximum gives half the gradient to each side of a tie, which is sigmoid(0); a clamp would give all or none.
    return torch.maximum(x, torch.zeros_like(x)) + torch.log1p(torch.exp(-x.abs()))


class Softplus(Module):
    """``y = log(1 + exp(beta · input)) / beta``, a smooth ReLU; ``y = input`` where ``beta · input > threshold``.

    Its derivative is ``sigmoid(beta · input)`` (Dugas et al., 2001).

    Raises:
        ValueError: ``beta`` is 0 or not finite.
    """

    @checked
    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        check_nonzero("beta", beta)
        self.beta = beta
        self.threshold = threshold

    @checked
    @autocast(cuda="single")
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        scaled = self.beta * input
        return torch.where(scaled > self.threshold, input, softplus(scaled) / self.beta)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


def check_nonzero(name: str, value: float) -> None:
    """Check that a number can be divided by.

    Raises:
        ValueError: it is 0 or not finite.
    """
    check_number(name, value)
    if value == 0 or abs(value) == float("inf"):
        raise ValueError(f"{name} must be finite and not 0, got {value}")


class LogSigmoid(Module):
    """``y = log(1 / (1 + exp(-input))) = -log(1 + exp(-input))``, finite for any finite input."""

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return -softplus(-input)


class Softsign(Module):
    """``y = input / (1 + |input|)`` (Bergstra et al., 2009)."""

    @checked
    @autocast()
    def forward(self, input: Numbers) -> Float[Tensor, "..."]:
        x = floating(input)
        return x / (1 + x.abs())


class Tanhshrink(Module):
    """``y = input - tanh(input)``."""

    @checked
    @autocast()
    def forward(self, input: Real[Tensor, "..."]) -> Float[Tensor, "..."]:
        return input - tanh(floating(input))


class GLU(Module):
    """``y = a σ(b)`` for the halves ``a, b = input.chunk(2, dim)``: a gated linear unit (Dauphin et al., 2017).

    Raises:
        ValueError: there is no dimension ``dim``, or it cannot be halved.
    """

    @checked
    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim = dim

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        if input.ndim == 0:
            raise ValueError("input must have at least one dimension, got shape ()")
        check_dim("dim", self.dim, input.ndim)
        if input.shape[self.dim] % 2:
            raise ValueError(f"input must have an even size along dim={self.dim}, got shape {shown(input.shape)}")
        a, b = input.chunk(2, self.dim)
        return a * sigmoid(b)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"
