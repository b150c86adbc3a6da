"""Layers that read the number of their inputs off the first batch (D2L section 6.4)."""


# The library's mixin declares its own methods in a way that no class satisfies for a type checker.
# pyright: reportAttributeAccessIssue=false, reportCallIssue=false, reportIncompatibleVariableOverride=false

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from deepdive.checks import check_dimensions
from deepdive.scratch._arguments import check_sizes, checked
from deepdive.scratch.linear import Linear
from deepdive.scratch.spatial._windows import check_image
from deepdive.scratch.spatial.convolution import Conv2d, PaddingMode, Size


class LazyLinear(LazyModuleMixin, Linear):
    """A ``Linear`` whose ``in_features`` is read off the first input; then it becomes a ``Linear``.

    Raises:
        ValueError: parameters are computed with before the first input.
    """

    cls_to_become = Linear
    weight: UninitializedParameter
    bias: UninitializedParameter | None

    @checked
    def __init__(
        self,
        out_features: int,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        check_sizes(0, out_features=out_features)
        super().__init__(0, 0, False)
        self.out_features = int(out_features)
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.bias = UninitializedParameter(device=device, dtype=dtype) if bias else None

    def reset_parameters(self) -> None:
        """Draw weights and biases, once their sizes are known."""
        if not self.has_uninitialized_params() and self.in_features:
            super().reset_parameters()

    @checked
    def initialize_parameters(self, input: Float[Tensor, "..."]) -> None:
        """Give the parameters the size that the first input asks for."""
        if not self.has_uninitialized_params():  # they came from a saved state
            self.in_features = self.weight.shape[1]
        else:
            check_dimensions("input", input, "*", "features")
            self.in_features = input.shape[-1]
            self.weight.materialize((self.out_features, self.in_features))
            if self.bias is not None:
                self.bias.materialize((self.out_features,))
            self.reset_parameters()


class LazyConv2d(LazyModuleMixin, Conv2d):
    """A ``Conv2d`` whose ``in_channels`` is read off the first input; then it becomes a ``Conv2d``.

    Raises:
        ValueError: parameters are computed with before the first input, or ``groups`` does not divide its channels.
    """

    cls_to_become = Conv2d
    weight: UninitializedParameter
    bias: UninitializedParameter | None

    @checked
    def __init__(
        self,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | Literal["same", "valid"] = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: PaddingMode = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(0, out_channels, kernel_size, stride, padding, dilation, groups, False, padding_mode)
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.bias = UninitializedParameter(device=device, dtype=dtype) if bias else None

    def reset_parameters(self) -> None:
        """Draw weights and biases, once their sizes are known."""
        if not self.has_uninitialized_params() and self.in_channels:
            super().reset_parameters()

    @checked
    def initialize_parameters(self, input: Float[Tensor, "..."]) -> None:
        """Give the parameters the size that the first input asks for."""
        if not self.has_uninitialized_params():  # they came from a saved state
            self.in_channels = self.weight.shape[1] * self.groups
        else:
            check_image("input", input, "channels")
            channels = input.shape[-3]
            if channels == 0:
                raise ValueError(f"input must have at least one channel, got shape {tuple(input.shape)}")
            if channels % self.groups:
                raise ValueError(f"groups must divide the {channels} channels of input, got {self.groups}")
            self.in_channels = channels
            self.weight.materialize((self.out_channels, channels // self.groups, *self.kernel_size))
            if self.bias is not None:
                self.bias.materialize((self.out_channels,))
            self.reset_parameters()
