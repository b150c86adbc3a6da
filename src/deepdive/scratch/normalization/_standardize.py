"""What all normalisations share: ``x̂`` of mean 0 and variance 1 over some dimensions, then scaled and shifted."""

import math
from collections.abc import Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd import Function
from torch.nn import Module, Parameter

from deepdive.scratch import init
from deepdive.scratch._arguments import described, is_integer
from deepdive.scratch._precision import HALVES, in_single


def features(normalized_shape: int | Sequence[int]) -> tuple[int, ...]:
    """The shape of one example's features.

    Raises:
        ValueError: it is empty or has a size below 1.
    """
    shape: Any = (normalized_shape,) if is_integer(normalized_shape) else normalized_shape
    sizes: Any = shape if isinstance(shape, Sequence) and not isinstance(shape, str) else ()
    if not sizes or not all([is_integer(size) and size >= 1 for size in sizes]):
        raise ValueError(
            f"normalized_shape must be one or more integers of at least 1, got {described(normalized_shape)}"
        )
    return tuple(int(size) for size in sizes)


def check_parameter_dtype(x: Tensor, name: str, parameter: Tensor | None) -> None:
    """Check that a parameter or statistic is in the precision of the input, or in single precision for half.

    Raises:
        TypeError: it is not.
    """
    if parameter is not None and parameter.dtype not in (x.dtype, torch.float32 if x.dtype in HALVES else x.dtype):
        raise TypeError(
            f"input must have the dtype of {name}, {parameter.dtype}, or half precision of a single {name}, "
            f"got {x.dtype}"
        )


def check_eps(eps: float) -> None:
    """Check the number that keeps a variance from 0.

    Raises:
        ValueError: it is negative or not finite.
    """
    if not 0 <= eps < math.inf:
        raise ValueError(f"eps must be finite and not negative, got {eps}")


def standardize(x: Float[Tensor, "..."], dims: list[int], eps: float) -> tuple[Tensor, Tensor, Tensor]:
    """``x̂ = (x - m) / √(v + eps)``, with mean ``m`` and biased variance ``v`` over ``dims``, which keep size 1."""
    return _Standardize.apply(in_single(x), dims, eps)


class _Standardize(Function):
    """Every value takes part in the mean and the variance; the gradient says by how much."""

    generate_vmap_rule = True

    @staticmethod
    def forward(x: Tensor, dims: list[int], eps: float) -> tuple[Tensor, Tensor, Tensor]:
        m = x.mean(dims, keepdim=True)
        d = x - m
        # The mean of many values is off by some rounding. Far from 0 that would be a shift of all that is left; it
        # shows as the mean of the differences, which are small and exact.
        off = d.mean(dims, keepdim=True)
        d -= off
        v = (d * d).mean(dims, keepdim=True)
        return d * torch.rsqrt(v + eps), m + off, v

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        x_hat, _, v = output
        _, ctx.dims, ctx.eps = inputs
        ctx.save_for_backward(x_hat, v)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        # ∂x̂/∂x = (1 - 1/n - x̂ x̂ᵀ/n) / s with s = √(v + eps), ∂m/∂x = 1/n, ∂v/∂x = 2 s x̂ / n
        g, g_m, g_v = gradients
        x_hat, v = ctx.saved_tensors
        s = torch.sqrt(v + ctx.eps)
        n = math.prod([x_hat.shape[d] for d in ctx.dims])  # a list: the compiler takes no generator here
        along_1 = g.mean(ctx.dims, keepdim=True) - g_m * s / n
        along_x_hat = (g * x_hat).mean(ctx.dims, keepdim=True) - 2 * g_v * s * s / n
        return (g - along_1 - x_hat * along_x_hat) / s, None, None


class Normalization(Module):
    """What all have in common: ``eps``, and a scale and a shift of some shape, or neither."""

    weight: Tensor | None
    bias: Tensor | None

    def __init__(
        self,
        shape: tuple[int, ...],
        eps: float,
        weight: bool,
        bias: bool,
        device: torch.device | str | None,
        dtype: torch.dtype | None,
    ) -> None:
        super().__init__()
        check_eps(eps)
        self.eps = eps
        self.weight = Parameter(torch.empty(shape, device=device, dtype=dtype)) if weight else None
        self.bias = Parameter(torch.empty(shape, device=device, dtype=dtype)) if bias else None

    def reset_parameters(self) -> None:
        """The scale back to 1, the shift to 0."""
        if self.weight is not None:
            init.ones_(self.weight)
        if self.bias is not None:
            init.zeros_(self.bias)

    def scaled(self, x_hat: Tensor, shape: Sequence[int]) -> Tensor:
        """``weight x̂ + bias``, both in a shape that broadcasts."""
        y = x_hat if self.weight is None else x_hat * self.weight.view(shape)
        return y if self.bias is None else y + self.bias.view(shape)
