"""Pooling over one and three dimensions, and the way back."""

# ruff: noqa: D102 (these are promises; the promised things have docstrings)

from typing import Protocol, runtime_checkable

from torch import nn

from deepdive.toolkit.arguments import Size, Size1, Size3


@runtime_checkable
class Pooling(Protocol):
    """By their usual names."""

    def AdaptiveAvgPool1d(self, output_size: int | tuple[int | None, ...] | None) -> nn.Module: ...

    def AdaptiveAvgPool3d(self, output_size: int | tuple[int | None, ...] | None) -> nn.Module: ...

    def AdaptiveMaxPool1d(
        self, output_size: int | tuple[int | None, ...] | None, return_indices: bool = False
    ) -> nn.Module: ...

    def AdaptiveMaxPool3d(
        self, output_size: int | tuple[int | None, ...] | None, return_indices: bool = False
    ) -> nn.Module: ...

    def AvgPool1d(
        self,
        kernel_size: Size1,
        stride: Size1 = ...,
        padding: Size1 = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> nn.Module: ...

    def AvgPool3d(
        self,
        kernel_size: Size3,
        stride: Size3 | None = None,
        padding: Size3 = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> nn.Module: ...

    def LPPool1d(
        self, norm_type: float, kernel_size: Size1, stride: Size1 | None = None, ceil_mode: bool = False
    ) -> nn.Module: ...

    def LPPool2d(
        self, norm_type: float, kernel_size: Size, stride: Size | None = None, ceil_mode: bool = False
    ) -> nn.Module: ...

    def LPPool3d(
        self, norm_type: float, kernel_size: Size3, stride: Size3 | None = None, ceil_mode: bool = False
    ) -> nn.Module: ...

    def MaxPool1d(
        self,
        kernel_size: Size1,
        stride: Size1 | None = None,
        padding: Size1 = 0,
        dilation: Size1 = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> nn.Module: ...

    def MaxPool3d(
        self,
        kernel_size: Size3,
        stride: Size3 | None = None,
        padding: Size3 = 0,
        dilation: Size3 = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> nn.Module: ...

    def MaxUnpool1d(self, kernel_size: Size1, stride: Size1 | None = None, padding: Size1 = 0) -> nn.Module: ...

    def MaxUnpool2d(self, kernel_size: Size, stride: Size | None = None, padding: Size = 0) -> nn.Module: ...

    def MaxUnpool3d(self, kernel_size: Size3, stride: Size3 | None = None, padding: Size3 = 0) -> nn.Module: ...
