"""Activations, element by element, and softmax along a dimension (D2L sections 4.1 and 5.1)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from typing import Any, Literal

import torch
from jaxtyping import Bool, Float, Real
from torch import Tensor
from torch.autograd import Function
from torch.nn import Module, Parameter

from deepdive.scratch._arguments import check_option, check_sizes, checked
from deepdive.scratch._precision import autocast, check_same_dtype, floating, product_type
from deepdive.scratch.functional import log_softmax, softmax

Approximation = Literal["none", "tanh"]
Numbers = Real[Tensor, "..."] | Bool[Tensor, "..."]
"""What the library turns into floating-point numbers by itself."""


class Identity(Module):
    """``y = input``; any arguments are accepted and ignored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        return input


class ReLU(Module):
    """``y = max(input, 0)``, with ``dy/dinput = 1 if y > 0 else 0`` (Nair and Hinton, 2010)."""

    @checked
    @autocast()
    def forward(self, input: Real[Tensor, "..."]) -> Real[Tensor, "..."]:
        return relu(input)


def relu(x: Real[Tensor, "..."]) -> Real[Tensor, "..."]:
    """``max(x, 0)``, with derivative 0 at 0."""
    return _ReLU.apply(x)


class _ReLU(Function):
    """Saves the output alone; its sign is the derivative, also at 0."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x.clamp(min=0)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return gradients[0] * y.sign()


class ReLU6(Module):
    """``y = min(max(input, 0), 6)``, with ``dy/dinput = 1 if 0 < y < 6 else 0`` (Krizhevsky, 2010).

    A bound that few bits can hold (Howard et al., 2017).
    """

    @checked
    @autocast()
    def forward(self, input: Real[Tensor, "..."]) -> Real[Tensor, "..."]:
        return _ReLU6.apply(input)


class _ReLU6(Function):
    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor) -> Tensor:
        return x.clamp(0, 6)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        return gradients[0] * y.sign() * (6 - y).sign()


class LeakyReLU(Module):
    """``y = max(input, 0) + negative_slope min(input, 0)`` (Maas et al., 2013)."""

    @checked
    def __init__(self, negative_slope: float = 0.01) -> None:
        super().__init__()
        if not math.isfinite(negative_slope):
            raise ValueError(f"negative_slope must be finite, got {negative_slope}")
        self.negative_slope = negative_slope

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return relu(input) + self.negative_slope * input.clamp(max=0)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}"


class PReLU(Module):
    """``y = max(input, 0) + weight min(input, 0)`` with a learned slope (He et al., 2015).

    One slope for all, or one per channel: dimension 1 of the input.

    Raises:
        ValueError: the input does not have ``num_parameters`` channels.
    """

    @checked
    def __init__(
        self,
        num_parameters: int = 1,
        init: float = 0.25,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        check_sizes(num_parameters=num_parameters)
        if not math.isfinite(init):
            raise ValueError(f"init must be finite, got {init}")
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(torch.empty(num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Every slope back to ``init``."""
        with torch.no_grad():
            self.weight.fill_(self.init)

    @checked
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        check_same_dtype("input", input, "weight", self.weight, product=True)
        channels = input.shape[1] if input.ndim > 1 else 1
        if self.num_parameters not in (1, channels) or (input.ndim == 0 and self.num_parameters > 1):
            raise ValueError(
                f"input must have num_parameters={self.num_parameters} channels, got {channels} in shape "
                f"{tuple(input.shape)}"
            )
        shape = () if self.num_parameters == 1 else (-1, *[1] * (input.ndim - 2))
        y = relu(input) + self.weight.view(shape) * input.clamp(max=0)
        return y.to(product_type(input))

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


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


class Softmax(Module):
    """``yᵢ = exp(inputᵢ) / Σⱼ exp(inputⱼ)`` along ``dim``."""

    @checked
    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """``yᵢ = inputᵢ - log Σⱼ exp(inputⱼ)`` along ``dim``."""

    @checked
    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


def softplus(x: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """``log(1 + exp(x))``, finite for any finite ``x``; its derivative is ``sigmoid(x)``, also at 0."""
    # maximum gives half the gradient to each side of a tie, which is sigmoid(0); a clamp would give all or none.
    return torch.maximum(x, torch.zeros_like(x)) + torch.log1p(torch.exp(-x.abs()))
