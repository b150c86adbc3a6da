"""Activations that are linear on either side of a kink (D2L section 5.1)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from typing import Any

import torch
from jaxtyping import Float, Real
from torch import Tensor
from torch.autograd import Function
from torch.nn import Module, Parameter

from deepdive.checks import check_number
from deepdive.scratch._arguments import check_sizes, checked
from deepdive.scratch._precision import autocast, check_same_dtype, product_type


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


class RReLU(Module):
    """``y = max(input, 0) + a min(input, 0)`` with ``a`` drawn anew for every element.

    It is uniform in [lower, upper]; in evaluation ``a = (lower + upper) / 2`` (Xu et al., 2015).

    Raises:
        ValueError: ``lower`` is above ``upper``.
    """

    @checked
    def __init__(self, lower: float = 1 / 8, upper: float = 1 / 3) -> None:
        super().__init__()
        for name, bound in (("lower", lower), ("upper", upper)):
            check_number(name, bound)
        if not lower <= upper or not math.isfinite(upper - lower):
            raise ValueError(f"lower must be finite and at most upper={upper}, got {lower}")
        self.lower = lower
        self.upper = upper

    @checked
    @autocast()
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return relu(input) + self._slope(input) * input.clamp(max=0)

    def _slope(self, x: Tensor) -> Tensor | float:
        if not self.training:
            return (self.lower + self.upper) / 2
        # One number for each negative element, in their order, as the library draws them; the rest is not needed.
        drawn = torch.empty(x.numel(), dtype=torch.float64, device=x.device).uniform_(self.lower, self.upper)
        which = (x.detach() <= 0).flatten().cumsum(0) - 1
        return drawn.to(x.dtype)[which.clamp(min=0)].view(x.shape)

    def extra_repr(self) -> str:
        return f"lower={self.lower}, upper={self.upper}"
