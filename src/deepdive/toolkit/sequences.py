"""Layers that read sequences: recurrent ones, attention, transformers."""

# ruff: noqa: D102 (these are promises; the promised things have docstrings)

from typing import Any, Protocol, runtime_checkable

from torch import nn

from deepdive.toolkit.arguments import Activation, Nonlinearity


@runtime_checkable
class SequenceLayers(Protocol):
    """By their usual names."""

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
