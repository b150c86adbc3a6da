"""Activations like ReLU without its kink (D2L section 5.1)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module

from deepdive.checks import check_bounds
from deepdive.scratch._arguments import check_option, checked
from deepdive.scratch._precision import autocast
from deepdive.scratch.activations.rectified import relu
from deepdive.scratch.activations.sigmoids import check_nonzero, sigmoid, softplus, tanh

Approximation = Literal["none", "tanh"]


class GELU(Module):
    """``y = input Φ(input)`` with the normal distribution function ``Φ(x) = (1 + erf(x / √2)) / 2``.

    ``approximate="tanh"``: ``Φ(x) ≈ (1 + tanh(√(2/π) (x + 0.044715 x³))) / 2`` (Hendrycks and Gimpel, 2016).

    Raises:
        ValueError: ``approximate`` is neither "none" nor "tanh".
    """

    @checked
    def __init__(self, approximate: Approximation = "none") -> None:
        super().__init__()
        check_option("approximate", approximate, Approximation)
        self.approximate = approximate

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        if self.approximate == "tanh":
            return input * (1 + tanh(math.sqrt(2 / math.pi) * (input + 0.044715 * input**3))) / 2
        return gelu(input)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


def gelu(x: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """``x (1 + erf(x / √2)) / 2``."""
    return x * (1 + torch.erf(x / math.sqrt(2))) / 2


class SiLU(Module):
    """``y = input σ(input)``, also named swish (Ramachandran et al., 2017)."""

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return input * sigmoid(input)


class Mish(Module):
    """``y = input tanh(log(1 + exp(input)))`` (Misra, 2019)."""

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return input * tanh(softplus(input))


def elu(x: Float[Tensor, "..."], alpha: float, rate: float) -> Float[Tensor, "..."]:
    """``x`` where it is positive, else ``alpha (exp(rate · x) - 1)``."""
    return relu(x) + alpha * torch.expm1(rate * x.clamp(max=0))


class ELU(Module):
    """``y = input`` where it is positive, else ``alpha (exp(input) - 1)`` (Clevert et al., 2016).

    Raises:
        ValueError: ``alpha`` is not finite.
    """

    @checked
    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        check_bounds("alpha", alpha)
        self.alpha = alpha

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return elu(input, self.alpha, 1.0)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


class CELU(Module):
    """``y = input`` where it is positive, else ``alpha (exp(input / alpha) - 1)``, with slope 1 at 0 (Barron, 2017).

    Raises:
        ValueError: ``alpha`` is 0 or not finite.
    """

    @checked
    def __init__(self, alpha: float = 1.0) -> None:
        super().__init__()
        check_nonzero("alpha", alpha)
        self.alpha = alpha

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return elu(input, self.alpha, 1 / self.alpha)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}"


SELU_SCALE = 1.0507009873554804934193349852946
SELU_ALPHA = 1.6732632423543772848170429916717
"""With these, values of mean 0 and variance 1 stay so from layer to layer."""


class SELU(Module):
    """``y = 1.0507 input`` where it is positive, else ``1.0507 · 1.6733 (exp(input) - 1)`` (Klambauer et al., 2017)."""

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return SELU_SCALE * elu(input, SELU_ALPHA, 1.0)
