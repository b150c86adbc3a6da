"""The toolkit itself: layers, losses and containers."""

# ruff: noqa: D102 (these are promises; the promised things have docstrings)

from typing import Literal, Protocol, runtime_checkable

from torch import Tensor, nn

from deepdive.toolkit.arguments import Reduction, Size
from deepdive.toolkit.convolutions import Convolutions
from deepdive.toolkit.frames import Frames
from deepdive.toolkit.functions import Functions, Initializers
from deepdive.toolkit.losses import Losses
from deepdive.toolkit.pointwise import Pointwise
from deepdive.toolkit.pooling import Pooling
from deepdive.toolkit.sequences import SequenceLayers


@runtime_checkable
class Toolkit(SequenceLayers, Convolutions, Pooling, Frames, Pointwise, Losses, Protocol):
    """Layers, losses, containers, initialisers and functions by their usual names."""

    @property
    def init(self) -> Initializers: ...

    @property
    def functional(self) -> Functions: ...

    @property
    def Module(self) -> type[nn.Module]: ...

    @property
    def Parameter(self) -> type[nn.Parameter]: ...

    @property
    def Sequential(self) -> type[nn.Sequential]: ...

    @property
    def ModuleList(self) -> type[nn.ModuleList]: ...

    @property
    def ModuleDict(self) -> type[nn.ModuleDict]: ...

    @property
    def ParameterList(self) -> type[nn.ParameterList]: ...

    @property
    def ParameterDict(self) -> type[nn.ParameterDict]: ...

    def Identity(self) -> nn.Module: ...

    def Flatten(self, start_dim: int = 1, end_dim: int = -1) -> nn.Module: ...

    def Linear(self, in_features: int, out_features: int, bias: bool = True) -> nn.Module: ...

    def LazyLinear(self, out_features: int, bias: bool = True) -> nn.Module: ...

    def Conv2d(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size | Literal["same", "valid"] = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros",
    ) -> nn.Module: ...

    def LazyConv2d(
        self,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        dilation: Size = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: Literal["zeros", "reflect", "replicate", "circular"] = "zeros",
    ) -> nn.Module: ...

    def ConvTranspose2d(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: Size,
        stride: Size = 1,
        padding: Size = 0,
        output_padding: Size = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: Size = 1,
    ) -> nn.Module: ...

    def Embedding(self, num_embeddings: int, embedding_dim: int, padding_idx: int | None = None) -> nn.Module: ...

    def AvgPool2d(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> nn.Module: ...

    def MaxPool2d(
        self,
        kernel_size: Size,
        stride: Size | None = None,
        padding: Size = 0,
        dilation: Size = 1,
        *,
        ceil_mode: bool = False,
    ) -> nn.Module: ...

    def AdaptiveAvgPool2d(self, output_size: int | tuple[int | None, int | None] | None) -> nn.Module: ...

    def AdaptiveMaxPool2d(self, output_size: int | tuple[int | None, int | None] | None) -> nn.Module: ...

    def BatchNorm1d(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> nn.Module: ...

    def BatchNorm2d(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> nn.Module: ...

    def LayerNorm(
        self,
        normalized_shape: int | list[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
    ) -> nn.Module: ...

    def RMSNorm(
        self, normalized_shape: int | list[int], eps: float | None = None, elementwise_affine: bool = True
    ) -> nn.Module: ...

    def GroupNorm(self, num_groups: int, num_channels: int, eps: float = 1e-5, affine: bool = True) -> nn.Module: ...

    def Dropout(self, p: float = 0.5) -> nn.Module: ...

    def ReLU(self) -> nn.Module: ...

    def ReLU6(self) -> nn.Module: ...

    def LeakyReLU(self, negative_slope: float = 0.01) -> nn.Module: ...

    def PReLU(self, num_parameters: int = 1, init: float = 0.25) -> nn.Module: ...

    def Sigmoid(self) -> nn.Module: ...

    def Tanh(self) -> nn.Module: ...

    def GELU(self, approximate: Literal["none", "tanh"] = "none") -> nn.Module: ...

    def Softmax(self, dim: int | None = None) -> nn.Module: ...

    def LogSoftmax(self, dim: int | None = None) -> nn.Module: ...

    def MSELoss(self, *, reduction: Reduction = "mean") -> nn.Module: ...

    def NLLLoss(
        self, weight: Tensor | None = None, *, ignore_index: int = -100, reduction: Reduction = "mean"
    ) -> nn.Module: ...

    def CrossEntropyLoss(
        self,
        weight: Tensor | None = None,
        *,
        ignore_index: int = -100,
        reduction: Reduction = "mean",
        label_smoothing: float = 0.0,
    ) -> nn.Module: ...

    def BCEWithLogitsLoss(
        self, weight: Tensor | None = None, *, reduction: Reduction = "mean", pos_weight: Tensor | None = None
    ) -> nn.Module: ...
