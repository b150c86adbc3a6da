"""Encoder and decoder together (D2L section 11.7)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module

from deepdive.scratch import init
from deepdive.scratch._arguments import checked
from deepdive.scratch.activations import relu
from deepdive.scratch.normalization import LayerNorm
from deepdive.scratch.transformer._parts import Activation, Sequences
from deepdive.scratch.transformer.decoder import TransformerDecoder, TransformerDecoderLayer
from deepdive.scratch.transformer.encoder import TransformerEncoder, TransformerEncoderLayer


class Transformer(Module):
    """``decoder(tgt, encoder(src))``, each of several layers with a norm at the end (Vaswani et al., 2017).

    Embeddings, positions and the output layer are not part of it. The sizes are those of ``TransformerEncoderLayer``
    and ``TransformerDecoderLayer``, the masks are given to them; ``custom_encoder`` and ``custom_decoder`` take the
    place of either half. All matrices start as Xavier's.

    Raises:
        ValueError: ``src`` and ``tgt`` are not of as many sequences, or their last dimension is not ``d_model``; or
            what a layer raises.
    """

    @checked
    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        sizes = (
            d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps, batch_first, norm_first, bias, device,
            dtype,
        )  # fmt: skip

        def norm() -> LayerNorm:
            return LayerNorm(d_model, layer_norm_eps, bias=bias, device=device, dtype=dtype)

        self.encoder = custom_encoder or TransformerEncoder(TransformerEncoderLayer(*sizes), num_encoder_layers, norm())
        self.decoder = custom_decoder or TransformerDecoder(TransformerDecoderLayer(*sizes), num_decoder_layers, norm())
        self.d_model, self.nhead = d_model, nhead
        self.batch_first = batch_first
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw all matrices anew."""
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    @checked
    def forward(
        self,
        src: Sequences,
        tgt: Sequences,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Sequences:
        self._check(src, tgt)
        memory = self.encoder(src, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(
            tgt,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    def _check(self, src: Tensor, tgt: Tensor) -> None:
        shapes = f"src {tuple(src.shape)} and tgt {tuple(tgt.shape)}"
        if src.ndim != tgt.ndim or src.ndim not in (2, 3):
            raise ValueError(f"src and tgt must both have 3 dimensions, or 2 for one sequence, got {shapes}")
        batch_dim = 0 if self.batch_first else 1
        if src.ndim == 3 and src.shape[batch_dim] != tgt.shape[batch_dim]:
            raise ValueError(f"src and tgt must be of as many sequences, got {shapes}")
        if not src.shape[-1] == tgt.shape[-1] == self.d_model:
            raise ValueError(f"the last dimension of src and tgt must be d_model={self.d_model}, got {shapes}")

    @staticmethod
    def generate_square_subsequent_mask(
        sz: int, device: torch.device | str | None = None, dtype: torch.dtype | None = None
    ) -> Float[Tensor, "sz sz"]:
        """The causal mask as numbers: -inf where the key comes after the query, else 0."""
        return torch.full((sz, sz), -math.inf, device=device, dtype=dtype).triu(1)
