"""Convolutions that read the number of their channels off the first batch."""

# The library's mixin declares its own methods in a way that no class satisfies for a type checker.
# pyright: reportAttributeAccessIssue=false, reportCallIssue=false, reportIncompatibleVariableOverride=false

from typing import Literal

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter

from deepdive.checks import shown
from deepdive.scratch._arguments import checked
from deepdive.scratch.spatial._windows import Size, check_layout
from deepdive.scratch.spatial.convolution import Conv1d, Conv2d, Conv3d, Convolution, PaddingMode
from deepdive.scratch.spatial.transposed_convolution import (
    ConvTranspose1d,
    ConvTranspose2d,
    ConvTranspose3d,
    TransposedConvolution,
)


class _LazyWeights(LazyModuleMixin):
    """Weights of convolutions, of which the first input tells the number of channels."""

    weight: UninitializedParameter
    bias: UninitializedParameter | None

    def _forget(self, bias: bool, device: torch.device | str | None, dtype: torch.dtype | None) -> None:
        self.weight = UninitializedParameter(device=device, dtype=dtype)
        self.bias = UninitializedParameter(device=device, dtype=dtype) if bias else None

    def reset_parameters(self) -> None:
        """Draw weights and biases, once their sizes are known."""
        if not self.has_uninitialized_params() and self.in_channels:
            super().reset_parameters()

    def _known(self) -> int:
        """The input channels of weights that came from a saved state."""
        raise NotImplementedError(f"{type(self).__name__} must define _known")

    def _shape(self, channels: int) -> tuple[int, ...]:
        """Of the weights, but for the kernel."""
        raise NotImplementedError(f"{type(self).__name__} must define _shape")

    @checked
    def initialize_parameters(self, input: Float[Tensor, "..."], output_size: list[int] | None = None) -> None:
        """Give the parameters the size that the first input asks for."""
        if not self.has_uninitialized_params():
            self.in_channels = self._known()
            return
        check_layout("input", input, self._n)
        channels = input.shape[-self._n - 1]
        if channels == 0:
            raise ValueError(f"input must have at least one channel, got shape {shown(input.shape)}")
        if channels % self.groups:
            raise ValueError(f"groups must divide the {channels} channels of input, got {self.groups}")
        self.in_channels = channels
        self.weight.materialize((*self._shape(channels), *self.kernel_size))
        if self.bias is not None:
            self.bias.materialize((self.out_channels,))
        self.reset_parameters()


class _LazyConvolution(_LazyWeights, Convolution):
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
        self._forget(bias, device, dtype)

    def _known(self) -> int:
        return self.weight.shape[1] * self.groups

    def _shape(self, channels: int) -> tuple[int, ...]:
        return self.out_channels, channels // self.groups


class _LazyTransposedConvolution(_LazyWeights, TransposedConvolution):
    @checked
    def __init__(
        self,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
        padding_mode: Literal["zeros"] = "zeros",
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__(
            0, out_channels, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode
        )
        self._forget(bias, device, dtype)

    def _known(self) -> int:
        return self.weight.shape[0]

    def _shape(self, channels: int) -> tuple[int, ...]:
        return channels, self.out_channels // self.groups


class LazyConv1d(_LazyConvolution, Conv1d):
    """A ``Conv1d`` whose ``in_channels`` is read off the first input; then it becomes a ``Conv1d``.

    Raises:
        ValueError: parameters are computed with before the first input, or ``groups`` does not divide its channels.
    """

    cls_to_become = Conv1d


class LazyConv2d(_LazyConvolution, Conv2d):
    """A ``Conv2d`` whose ``in_channels`` is read off the first input; then it becomes a ``Conv2d``.

    Raises:
        ValueError: parameters are computed with before the first input, or ``groups`` does not divide its channels.
    """

    cls_to_become = Conv2d


class LazyConv3d(_LazyConvolution, Conv3d):
    """A ``Conv3d`` whose ``in_channels`` is read off the first input; then it becomes a ``Conv3d``.

    Raises:
        ValueError: parameters are computed with before the first input, or ``groups`` does not divide its channels.
    """

    cls_to_become = Conv3d


class LazyConvTranspose1d(_LazyTransposedConvolution, ConvTranspose1d):
    """A ``ConvTranspose1d`` whose ``in_channels`` is read off the first input; then it becomes a ``ConvTranspose1d``.

    Raises:
        ValueError: parameters are computed with before the first input, or ``groups`` does not divide its channels.
    """

    cls_to_become = ConvTranspose1d


class LazyConvTranspose2d(_LazyTransposedConvolution, ConvTranspose2d):
    """A ``ConvTranspose2d`` whose ``in_channels`` is read off the first input; then it becomes a ``ConvTranspose2d``.

    Raises:
        ValueError: parameters are computed with before the first input, or ``groups`` does not divide its channels.
    """

    cls_to_become = ConvTranspose2d


class LazyConvTranspose3d(_LazyTransposedConvolution, ConvTranspose3d):
    """A ``ConvTranspose3d`` whose ``in_channels`` is read off the first input; then it becomes a ``ConvTranspose3d``.

    Raises:
        ValueError: parameters are computed with before the first input, or ``groups`` does not divide its channels.
    """

    cls_to_become = ConvTranspose3d
