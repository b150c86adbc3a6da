"""The encoder of a transformer (D2L section 11.7)."""

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


class TransformerEncoderLayer(Module):
    """``x = norm1(x + self_attn(x, x, x))``, then ``x = norm2(x + linear2(activation(linear1(x))))``.

    With ``norm_first``, ``x = x + self_attn(norm1(x))`` and so on. In training, ``dropout`` falls on attention weights,
    on what ``activation`` gives, and on both parts before they are added. Shapes and masks are those of the package's
    first lines; ``activation`` is "relu", "gelu" or a function, ``bias=False`` leaves out all biases, those of the
    norms, too.

    Raises:
        TypeError: a mask is neither boolean nor of numbers like those of ``src``.
        ValueError: ``nhead`` does not divide ``d_model``, a size is below 1, ``dropout`` is outside of [0, 1], there is
            no ``activation`` of that name, ``src`` or a mask has another shape than it must have, or ``is_causal``
            comes without ``src_mask``.
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
        self.linear1 = Linear(d_model, dim_feedforward, bias, device, dtype)
        self.dropout = Dropout(dropout)
        self.linear2 = Linear(dim_feedforward, d_model, bias, device, dtype)
        self.norm_first = norm_first
        self.norm1 = LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)
        self.norm2 = LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)
        self.dropout1 = Dropout(dropout)
        self.dropout2 = Dropout(dropout)
        self.activation = activation_of(activation)

    @checked
    def forward(
        self,
        src: Sequences,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Sequences:
        masks = (src_mask, src_key_padding_mask, is_causal)
        self.self_attn.check(src, src, src, *masks, names=("src_mask", "src_key_padding_mask"))

        def attended(x: Tensor) -> Tensor:
            y, _ = self.self_attn(x, x, x, src_key_padding_mask, False, src_mask, is_causal=is_causal)
            return self.dropout1(y)

        def fed(x: Tensor) -> Tensor:
            return self.dropout2(self.linear2(self.dropout(self.activation(self.linear1(x)))))

        x = residual(src, attended, self.norm1, self.norm_first)
        return residual(x, fed, self.norm2, self.norm_first)


class TransformerEncoder(Module):
    """``num_layers`` copies of ``encoder_layer``, one after the other, then ``norm`` if there is one.

    The copies begin with the same parameters. ``mask`` and ``src_key_padding_mask`` are given to every layer.
    ``enable_nested_tensor`` lets the library skip padding in evaluation; here it does nothing.

    Raises:
        ValueError: ``num_layers`` is below 1, or what a layer raises.
    """

    @checked
    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
    ) -> None:
        super().__init__()
        self.layers = copies(encoder_layer, num_layers)
        self.num_layers = num_layers
        self.norm = norm
        self.enable_nested_tensor = enable_nested_tensor

    @checked
    def forward(
        self,
        src: Sequences,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Sequences:
        x = src
        for layer in self.layers:
            x = layer(x, src_mask=mask, src_key_padding_mask=src_key_padding_mask, is_causal=bool(is_causal))
        return x if self.norm is None else self.norm(x)
