"""Attention with several heads (D2L section 11.5)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from typing import cast

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module, Parameter

from deepdive.scratch import init
from deepdive.scratch._arguments import check_probability, check_sizes, checked
from deepdive.scratch._precision import check_same_dtype
from deepdive.scratch.attention._masks import check_attention_mask, check_padding_mask, merged
from deepdive.scratch.dropout import dropout
from deepdive.scratch.functional.attention import attention_weights, scaled_dot_product_attention
from deepdive.scratch.linear import Linear

Sequences = Float[Tensor, "..."]


class MultiheadAttention(Module):
    """``y = concat(y₁, ..., y_h) · out_projᵀ`` with ``yᵢ = softmax(qᵢ kᵢᵀ / √d + mask) vᵢ`` in each of ``num_heads``.

    ``q = query · W_qᵀ + b_q``, ``k = key · W_kᵀ + b_k``, ``v = value · W_vᵀ + b_v``; head ``i`` has the ``i``-th
    ``d = embed_dim / num_heads`` columns of each. The weights are the three chunks of ``in_proj_weight``, or
    ``q_proj_weight``, ``k_proj_weight`` and ``v_proj_weight`` where ``kdim`` or ``vdim`` is not ``embed_dim``; the
    biases are those of ``in_proj_bias``. Weights start as Xavier's, biases at 0 (Vaswani et al., 2017).

    Query ``(q, b, embed_dim)``, key ``(k, b, kdim)``, value ``(k, b, vdim)``, output like the query; with
    ``batch_first`` the batch stands first, and one sequence alone has none. With ``need_weights`` the weights come
    along, their mean over heads ``(b, q, k)`` or, without ``average_attn_weights``, all ``(b, h, q, k)``; without it
    ``None`` does.

    A boolean mask is **true where a query may NOT attend**, the opposite of what
    ``functional.scaled_dot_product_attention`` takes; numbers are added to the scores. ``attn_mask`` is ``(q, k)``, or
    ``(b h, q, k)`` for each head of each sequence; ``key_padding_mask`` is ``(b, k)``. ``is_causal`` is a hint that
    ``attn_mask`` is the causal one, which may then be made anew. A query that may attend to nothing gets 0 from each
    head, and its weights are 0 (those of the library are NaN).

    ``dropout`` is the dropout probability of the weights in training. ``add_bias_kv`` appends a learned key and value
    to all sequences, ``bias_k`` and ``bias_v``; ``add_zero_attn`` a key and a value of 0.

    Raises:
        TypeError: an input is not of the parameters' dtype, or a mask neither boolean nor of numbers like the query's.
        ValueError: ``num_heads`` does not divide ``embed_dim``, a size is below 1, ``dropout`` is outside of [0, 1], an
            input or a mask has another shape than it must have, or ``is_causal`` comes without ``attn_mask``.
    """

    in_proj_weight: Tensor | None
    q_proj_weight: Tensor | None
    k_proj_weight: Tensor | None
    v_proj_weight: Tensor | None
    in_proj_bias: Tensor | None
    bias_k: Tensor | None
    bias_v: Tensor | None

    @checked
    def __init__(
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
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        kdim, vdim = embed_dim if kdim is None else kdim, embed_dim if vdim is None else vdim
        _check_sizes(embed_dim, num_heads, kdim, vdim, dropout)
        self.embed_dim, self.kdim, self.vdim = embed_dim, kdim, vdim
        self.num_heads, self.head_dim = num_heads, embed_dim // num_heads
        self.dropout = dropout
        self.batch_first = batch_first
        self.add_zero_attn = add_zero_attn

        def parameter(*shape: int, wanted: bool = True) -> Parameter | None:
            return Parameter(torch.empty(shape, device=device, dtype=dtype)) if wanted else None

        packed = kdim == vdim == embed_dim
        self.in_proj_weight = parameter(3 * embed_dim, embed_dim, wanted=packed)
        self.q_proj_weight = parameter(embed_dim, embed_dim, wanted=not packed)
        self.k_proj_weight = parameter(embed_dim, kdim, wanted=not packed)
        self.v_proj_weight = parameter(embed_dim, vdim, wanted=not packed)
        self.in_proj_bias = parameter(3 * embed_dim, wanted=bias)
        self.bias_k = parameter(1, 1, embed_dim, wanted=add_bias_kv)
        self.bias_v = parameter(1, 1, embed_dim, wanted=add_bias_kv)
        self.out_proj = Linear(embed_dim, embed_dim, bias, device, dtype)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw the weights of the projections anew, all biases back to 0."""
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for row in (self.bias_k, self.bias_v):
            if row is not None:
                init.xavier_normal_(row)

    @checked
    def forward(
        self,
        query: Sequences,
        key: Sequences,
        value: Sequences,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Sequences, Float[Tensor, "..."] | None]:
        self.check(query, key, value, attn_mask, key_padding_mask, is_causal)
        batched = query.ndim == 3
        batch_dim = 0 if self.batch_first or not batched else 1
        q, k, v = self._projected(*((x.transpose(0, batch_dim) if batched else x[None]) for x in (query, key, value)))
        if is_causal and key_padding_mask is None and not need_weights:
            mask = None  # the hint is taken, as the library takes it
        else:
            is_causal, extra = False, (self.bias_k is not None) + bool(self.add_zero_attn)
            mask = merged(attn_mask, key_padding_mask, batch=len(q), extra=extra, dtype=q.dtype)
        dropout_p = self.dropout if self.training else 0.0
        weights = None
        if need_weights:
            scores = (q / math.sqrt(self.head_dim)) @ k.transpose(-2, -1)  # (b, h, q, k)
            weights = dropout(attention_weights(scores if mask is None else scores + mask), dropout_p)
            y = weights @ v
            weights = weights.mean(dim=1) if average_attn_weights else weights
        else:
            y = scaled_dot_product_attention(q, k, v, mask, dropout_p, is_causal)
        # Time first in memory, like the library's, so that a dropout that follows draws the same numbers.
        y = self.out_proj(y.permute(2, 0, 1, 3).flatten(2))  # (q, b, embed_dim)
        if not batched:
            return y[:, 0], None if weights is None else weights[0]
        return y.transpose(0, 1 - batch_dim), weights

    def _projected(self, query: Tensor, key: Tensor, value: Tensor) -> list[Tensor]:
        """``q``, ``k`` and ``v`` of all heads, with the keys and values that the layer appends."""
        if self.in_proj_weight is None:
            weights = self.q_proj_weight, self.k_proj_weight, self.v_proj_weight
        else:
            weights = self.in_proj_weight.chunk(3)
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        projected = []
        for x, w, b, more in zip((query, key, value), weights, biases, (None, self.bias_k, self.bias_v), strict=True):
            y = x @ cast(Tensor, w).T  # (b, t, embed_dim)
            y = y if b is None else y + b.to(y.dtype)
            y = y if more is None else torch.cat([y, more.to(y.dtype).expand(len(y), -1, -1)], dim=1)
            projected.append(y.unflatten(-1, (self.num_heads, self.head_dim)).transpose(1, 2))  # (b, h, t, d)
        if self.add_zero_attn:
            projected[1:] = [torch.cat([y, y.new_zeros(*y.shape[:2], 1, self.head_dim)], dim=2) for y in projected[1:]]
        return projected

    def check(
        self,
        query: Sequences,
        key: Sequences,
        value: Sequences,
        attn_mask: Tensor | None,
        key_padding_mask: Tensor | None,
        is_causal: bool,
        names: tuple[str, str] = ("attn_mask", "key_padding_mask"),
    ) -> None:
        """Raise what the class says of wrong inputs; ``names`` are those that the masks have for the caller."""
        shapes = f"query {tuple(query.shape)}, key {tuple(key.shape)} and value {tuple(value.shape)}"
        if not query.ndim == key.ndim == value.ndim or query.ndim not in (2, 3):
            raise ValueError(f"query, key and value must all have 3 dimensions, or 2 for one sequence, got {shapes}")
        for name, x, size in (("query", query, "embed_dim"), ("key", key, "kdim"), ("value", value, "vdim")):
            check_same_dtype(name, x, "the parameters", self.out_proj.weight, product=True)
            if x.shape[-1] != getattr(self, size):
                raise ValueError(f"the last dimension of {name} must be {size}={getattr(self, size)}, got {shapes}")
        if key.shape[:-1] != value.shape[:-1]:
            raise ValueError(f"key and value must be of as many sequences and places, got {shapes}")
        batched, time = query.ndim == 3, 1 if self.batch_first and query.ndim == 3 else 0
        if batched and query.shape[1 - time] != key.shape[1 - time]:
            raise ValueError(f"query, key and value must be of as many sequences, got {shapes}")
        batch, keys = query.shape[1 - time] if batched else None, key.shape[time]
        if is_causal and attn_mask is None:
            raise ValueError(f"{names[0]} must be given with is_causal, which is a hint about it, got None")
        check_attention_mask(
            names[0],
            attn_mask,
            batch=1 if batch is None else batch,
            heads=self.num_heads,
            queries=query.shape[time],
            keys=keys,
            dtype=query.dtype,
        )
        check_padding_mask(names[1], key_padding_mask, batch=batch, keys=keys, dtype=query.dtype)


def _check_sizes(embed_dim: int, num_heads: int, kdim: int, vdim: int, dropout: float) -> None:
    check_sizes(embed_dim=embed_dim, num_heads=num_heads, kdim=kdim, vdim=vdim)
    if embed_dim % num_heads:
        raise ValueError(f"num_heads must divide embed_dim={embed_dim}, got {num_heads}")
    check_probability("dropout", dropout)
