"""The decoder of a transformer (D2L section 11.7)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import torch
from torch import Tensor
from torch.nn import Module

from deepdive.scratch._arguments import checked
from deepdive.scratch.activations import relu
from deepdive.scratch.attention import MultiheadAttention
from deepdive.scratch.dropout import Dropout
from deepdive.scratch.linear import Linear
from deepdive.scratch.normalization import LayerNorm
from deepdive.scratch.transformer._parts import Activation, Sequences, activation_of, check_sizes, copies, residual


class TransformerDecoderLayer(Module):
    """An encoder layer that, in between, attends to ``memory``, the output of an encoder.

    ``x = norm1(x + self_attn(x, x, x))``, ``x = norm2(x + multihead_attn(x, memory, memory))``, then
    ``x = norm3(x + linear2(activation(linear1(x))))``; with ``norm_first``, ``x = x + self_attn(norm1(x))`` and so on.
    The rest is as in ``TransformerEncoderLayer``. ``tgt_mask`` and ``tgt_key_padding_mask`` are those of the first
    attention, ``memory_mask`` and ``memory_key_padding_mask`` those of the second.

    Raises:
        TypeError: a mask is neither boolean nor of numbers like those of ``tgt``.
        ValueError: ``nhead`` does not divide ``d_model``, a size is below 1, ``dropout`` is outside of [0, 1], there is
            no ``activation`` of that name, an input or a mask has another shape than it must have, or a hint of
            causality comes without its mask.
    """

    @checked
    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        check_sizes(d_model, nhead, dim_feedforward)
        self.self_attn = MultiheadAttention(
            d_model, nhead, dropout, bias, batch_first=batch_first, device=device, dtype=dtype
        )
        self.multihead_attn = MultiheadAttention(
            d_model, nhead, dropout, bias, batch_first=batch_first, device=device, dtype=dtype
        )
        self.linear1 = Linear(d_model, dim_feedforward, bias, device, dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, device, dtype)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)
        self.norm3 = LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.dropout3 = Dropout(dropout)
        self.activation = activation_of(activation)

    @checked
    def forward(
        self,
        tgt: Sequences,
        memory: Sequences,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Sequences:
        own = (tgt_mask, tgt_key_padding_mask, tgt_is_causal)
        self.self_attn.check(tgt, tgt, tgt, *own, names=("tgt_mask", "tgt_key_padding_mask"))
        seen = (memory_mask, memory_key_padding_mask, memory_is_causal)
        self.multihead_attn.check(tgt, memory, memory, *seen, names=("memory_mask", "memory_key_padding_mask"))

        def attended(x: Tensor) -> Tensor:
            y, _ = self.self_attn(x, x, x, tgt_key_padding_mask, False, tgt_mask, is_causal=tgt_is_causal)
            return self.dropout1(y)

        def informed(x: Tensor) -> Tensor:
            y, _ = self.multihead_attn(
                x, memory, memory, memory_key_padding_mask, False, memory_mask, is_causal=memory_is_causal
            )
            return self.dropout2(y)

        def fed(x: Tensor) -> Tensor:
            return self.dropout3(self.linear2(self.dropout(self.activation(self.linear1(x)))))

        x = residual(tgt, attended, self.norm1, self.norm_first)
        x = residual(x, informed, self.norm2, self.norm_first)
        return residual(x, fed, self.norm3, self.norm_first)


class TransformerDecoder(Module):
    """``num_layers`` copies of ``decoder_layer``, one after the other, then ``norm`` if there is one.

    The copies begin with the same parameters. ``memory`` and the masks are given to every layer.

    Raises:
        ValueError: ``num_layers`` is below 1, or what a layer raises.
    """

    @checked
    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers = copies(decoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm

    @checked
    def forward(
        self,
        tgt: Sequences,
        memory: Sequences,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Sequences:
        x = tgt
        for layer in self.layers:
            x = layer(
                x,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=bool(tgt_is_causal),
                memory_is_causal=memory_is_causal,
            )
        return x if self.norm is None else self.norm(x)
