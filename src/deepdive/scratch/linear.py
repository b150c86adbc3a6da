"""Fully connected layers (D2L sections 3.4 and 3.5)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module, Parameter

from deepdive.checks import check_dimensions
from deepdive.scratch import init
from deepdive.scratch._arguments import check_sizes, checked
from deepdive.scratch._precision import autocast, check_same_dtype


class Linear(Module):
    """``y = input · weightᵀ + bias``.

    Input ``(*, in_features)``, output ``(*, out_features)``, weight ``(out_features, in_features)``. Weights and
    biases start uniform in ±1/√in_features.

    Raises:
        TypeError: the input is no floating-point tensor, or of another dtype than the weight.
        ValueError: a size is negative, or the last dimension of the input is not ``in_features``.
    """

    weight: Tensor
    bias: Tensor | None

    @checked
    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        check_sizes(0, in_features=in_features, out_features=out_features)
        self.in_features, self.out_features = int(in_features), int(out_features)
        self.weight = Parameter(torch.empty(out_features, in_features, device=device, dtype=dtype))
        self.bias = Parameter(torch.empty(out_features, device=device, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases anew."""
        reset_uniform(self.weight, self.bias)

    @checked
    def forward(self, input: Float[Tensor, "*batch in_features"]) -> Float[Tensor, "*batch out_features"]:
        check_dimensions("input", input, "*", self.in_features)
        check_same_dtype("input", input, "weight", self.weight, product=True)
        y = input @ self.weight.T
        return y if self.bias is None else y + self.bias.to(y.dtype)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class Bilinear(Module):
    """``y[o] = input1ᵀ · weight[o] · input2 + bias[o]``: an interaction of every two features.

    Inputs ``(*, in1_features)`` and ``(*, in2_features)``, output ``(*, out_features)``, weight ``(out_features,
    in1_features, in2_features)``. Weights and biases start uniform in ±1/√in1_features.

    Raises:
        TypeError: an input is no floating-point tensor, or of another dtype than the weight.
        ValueError: a size is not positive, or the shapes of the inputs do not fit.
    """

    weight: Tensor
    bias: Tensor | None

    @checked
    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        check_sizes(in1_features=in1_features)
        check_sizes(0, in2_features=in2_features, out_features=out_features)
        self.in1_features, self.in2_features = int(in1_features), int(in2_features)
        self.out_features = int(out_features)
        self.weight = Parameter(torch.empty(out_features, in1_features, in2_features, device=device, dtype=dtype))
        self.bias = Parameter(torch.empty(out_features, device=device, dtype=dtype)) if bias else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights and biases anew."""
        bound = 1 / math.sqrt(self.in1_features)
        init.uniform_(self.weight, -bound, bound)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound)

    @checked
    @autocast()
    def forward(
        self, input1: Float[Tensor, "*batch in1"], input2: Float[Tensor, "*batch in2"]
    ) -> Float[Tensor, "*batch out_features"]:
        check_dimensions("input1", input1, "*", self.in1_features)
        check_dimensions("input2", input2, *input1.shape[:-1], self.in2_features)
        for name, x in (("input1", input1), ("input2", input2)):
            check_same_dtype(name, x, "weight", self.weight)
        by_first = torch.einsum("...i,oij->...oj", input1, self.weight)  # (*, out_features, in2_features)
        y = (by_first @ input2.unsqueeze(-1)).squeeze(-1)
        return y if self.bias is None else y + self.bias.to(y.dtype)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )


def reset_uniform(weight: Tensor, bias: Tensor | None) -> None:
    """Weight and bias uniform in ±1/√fan_in, the library's start for linear and convolution layers."""
    if weight.numel() == 0:
        return
    init.kaiming_uniform_(weight, a=math.sqrt(5))  # gain √(2/6) times √3 leaves 1
    if bias is not None:
        bound = 1 / math.sqrt(weight[0].numel())
        init.uniform_(bias, -bound, bound)
