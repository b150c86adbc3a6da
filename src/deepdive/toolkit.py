"""What a network may ask of its toolkit; ``torch.nn`` and ``deepdive.scratch`` both have all of it.

A network takes ``*, nn: Toolkit = torch.nn`` and makes its layers with ``nn.Conv2d(...)``, so that it is written once
and runs on either side. What each part computes is said where it is written, in ``deepdive.scratch``.
"""

# ruff: noqa: D102 (these are promises; the promised things have docstrings)

from collections.abc import Callable
from typing import Any, Literal, Protocol, runtime_checkable

from torch import Generator, Tensor, nn

Size = int | tuple[int, int]
Nonlinearity = Literal["tanh", "relu"]
Reduction = Literal["none", "mean", "sum"]
Activation = Literal["relu", "gelu"] | Callable[[Tensor], Tensor]


@runtime_checkable
class Initializers(Protocol):
    """First values of parameters, written in place: ``torch.nn.init`` or ``deepdive.scratch.init``."""

    def constant_(self, tensor: Tensor, val: float) -> Tensor: ...

    def zeros_(self, tensor: Tensor) -> Tensor: ...

    def ones_(self, tensor: Tensor) -> Tensor: ...

    def uniform_(
        self, tensor: Tensor, a: float = 0.0, b: float = 1.0, generator: Generator | None = None
    ) -> Tensor: ...

    def normal_(
        self, tensor: Tensor, mean: float = 0.0, std: float = 1.0, generator: Generator | None = None
    ) -> Tensor: ...

    def eye_(self, tensor: Tensor) -> Tensor: ...

    def dirac_(self, tensor: Tensor, groups: int = 1) -> Tensor: ...

    def orthogonal_(self, tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor: ...

    def xavier_uniform_(self, tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor: ...

    def xavier_normal_(self, tensor: Tensor, gain: float = 1.0, generator: Generator | None = None) -> Tensor: ...

    def kaiming_uniform_(
        self,
        tensor: Tensor,
        a: float = 0.0,
        mode: Literal["fan_in", "fan_out"] = "fan_in",
    ) -> Tensor: ...

    def kaiming_normal_(
        self,
        tensor: Tensor,
        a: float = 0.0,
        mode: Literal["fan_in", "fan_out"] = "fan_in",
    ) -> Tensor: ...


@runtime_checkable
class Functions(Protocol):
    """Functions without parameters: ``torch.nn.functional`` or ``deepdive.scratch.functional``."""

    def softmax(self, input: Tensor, dim: int | None = None) -> Tensor: ...

    def scaled_dot_product_attention(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        attn_mask: Tensor | None = None,
        dropout_p: float = 0.0,
        is_causal: bool = False,
        *,
        scale: float | None = None,
    ) -> Tensor: ...


@runtime_checkable
class Toolkit(Protocol):
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

    def RNN(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: Nonlinearity = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> nn.Module: ...

    def LSTM(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> nn.Module: ...

    def GRU(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
    ) -> nn.Module: ...

    def RNNCell(
        self, input_size: int, hidden_size: int, bias: bool = True, nonlinearity: Nonlinearity = "tanh"
    ) -> nn.Module: ...

    def LSTMCell(self, input_size: int, hidden_size: int, bias: bool = True) -> nn.Module: ...

    def GRUCell(self, input_size: int, hidden_size: int, bias: bool = True) -> nn.Module: ...

    def MultiheadAttention(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
    ) -> nn.Module: ...

    def TransformerEncoderLayer(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = ...,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
    ) -> nn.Module: ...

    def TransformerDecoderLayer(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = ...,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
    ) -> nn.Module: ...

    def TransformerEncoder(
        self,
        encoder_layer: Any,  # of the same toolkit
        num_layers: int,
        norm: nn.Module | None = None,
        enable_nested_tensor: bool = True,
    ) -> nn.Module: ...

    def TransformerDecoder(self, decoder_layer: Any, num_layers: int, norm: nn.Module | None = None) -> nn.Module: ...

    def Transformer(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = ...,
        *,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
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
