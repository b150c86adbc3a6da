"""Multi-head attention (textbook section 11.5)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import torch
from jaxtyping import Bool, Float
from torch import Tensor
from torch.nn import Module, Parameter

from deepdive.scratch import initialization as init
from deepdive.scratch.attention._masks import added
from deepdive.scratch.attention._weights import scores_to_weights
from deepdive.scratch.dropout import dropout
from deepdive.scratch.linear import Linear

Mask = Bool[Tensor, "..."] | Float[Tensor, "..."]


class MultiheadAttention(Module):
    """``softmax(Q Kᵀ / √d + M) V`` in ``num_heads`` subspaces of ``d = embed_dim / num_heads``, side by side, ``W_o``.

    ``Q = query W_qᵀ + b_q``, and so ``K`` of ``key`` and ``V`` of ``value``; ``in_proj_weight`` holds ``W_q``, ``W_k``
    and ``W_v`` one above the other, or each is on its own where keys or values have another width (Vaswani et al.,
    2017). Sequences are ``(t, b, embed_dim)``, with ``batch_first`` ``(b, t, embed_dim)``, or one alone
    ``(t, embed_dim)``.

    A boolean mask is true where a query may NOT look, which is the opposite of what it means to
    `functional.scaled_dot_product_attention`; a mask of numbers is added to the scores. ``attn_mask`` has shape
    ``(queries, keys)`` or ``(b num_heads, queries, keys)``, ``key_padding_mask`` ``(b, keys)``. A query that may look
    nowhere gathers 0, before ``W_o``; the library gives NaN or 0 there, as ``need_weights`` has it.

    ``add_bias_kv`` gives all sequences one more key and value, which are learnt; ``add_zero_attn`` one more that is 0.
    Dropout falls on the weights.

    Raises:
        ValueError: ``num_heads`` does not divide ``embed_dim``, a size is less than 1, ``dropout`` is no probability;
            from a call, where shapes do not fit.
        TypeError: from a call, a mask holds whole numbers.
    """

    in_proj_weight: Tensor | None
    in_proj_bias: Tensor | None

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
        if embed_dim < 1 or num_heads < 1:
            raise ValueError(f"embed_dim and num_heads must be at least 1, got {embed_dim} and {num_heads}")
        if embed_dim % num_heads:
            raise ValueError(f"num_heads must divide embed_dim, but {embed_dim} is not a multiple of {num_heads}")
        if not 0 <= dropout <= 1:
            raise ValueError(f"dropout is a probability, between 0 and 1, got {dropout}")
        self.embed_dim, self.num_heads, self.head_dim = embed_dim, num_heads, embed_dim // num_heads
        self.kdim = embed_dim if kdim is None else kdim
        self.vdim = embed_dim if vdim is None else vdim
        self.dropout, self.batch_first, self.add_zero_attn = dropout, batch_first, add_zero_attn

        def empty(*shape: int) -> Parameter:
            return Parameter(torch.empty(shape, device=device, dtype=dtype))

        if self.kdim == embed_dim and self.vdim == embed_dim:
            self.in_proj_weight = empty(3 * embed_dim, embed_dim)
            for name in ("q_proj_weight", "k_proj_weight", "v_proj_weight"):
                self.register_parameter(name, None)
        else:
            self.register_parameter("in_proj_weight", None)
            self.q_proj_weight = empty(embed_dim, embed_dim)
            self.k_proj_weight = empty(embed_dim, self.kdim)
            self.v_proj_weight = empty(embed_dim, self.vdim)
        self.in_proj_bias = empty(3 * embed_dim) if bias else None
        self.out_proj = Linear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        self.bias_k = empty(1, 1, embed_dim) if add_bias_kv else None
        self.bias_v = empty(1, 1, embed_dim) if add_bias_kv else None
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Draw weights anew; biases of the products become 0."""
        weights = [self.in_proj_weight] if self.in_proj_weight is not None else self._weights()
        for weight in weights:
            init.xavier_uniform_(weight)
        for bias in (self.in_proj_bias, self.out_proj.bias):
            if bias is not None:
                init.zeros_(bias)
        for extra in (self.bias_k, self.bias_v):
            if extra is not None:
                init.xavier_normal_(extra)

    def forward(
        self,
        query: Float[Tensor, "..."],
        key: Float[Tensor, "..."],
        value: Float[Tensor, "..."],
        key_padding_mask: Mask | None = None,
        need_weights: bool = True,
        attn_mask: Mask | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Float[Tensor, "..."], Float[Tensor, "..."] | None]:
        if is_causal and attn_mask is None:
            raise ValueError("is_causal says that attn_mask is the causal one; attn_mask must be given, too")
        alone = query.ndim == 2
        q, k, v = (self._batched(x, name) for x, name in ((query, "query"), (key, "key"), (value, "value")))
        self._check(q, k, v)
        padding = key_padding_mask.unsqueeze(0) if alone and key_padding_mask is not None else key_padding_mask
        mask = self._mask(q, k, padding, attn_mask)
        q, k, v = self._projected(q, k, v)
        k, v, mask = self._extended(k, v, mask)
        q, k, v = (x.unflatten(-1, (self.num_heads, -1)).transpose(1, 2) for x in (q, k, v))  # (b, h, t, d)
        if self.add_zero_attn:
            zero = k.new_zeros(*k.shape[:2], 1, self.head_dim)
            k, v, mask = torch.cat([k, zero], dim=2), torch.cat([v, zero], dim=2), _one_more(mask)
        scores = (q / self.head_dim**0.5) @ k.transpose(-2, -1)
        weights = scores_to_weights(scores if mask is None else scores + mask)  # (b, h, q, k)
        weights = dropout(weights, self.dropout) if self.training else weights
        y = self.out_proj((weights @ v).transpose(1, 2).flatten(2))  # (b, q, embed_dim)
        y = y.squeeze(0) if alone else y if self.batch_first else y.transpose(0, 1)
        if not need_weights:
            return y, None
        weights = weights.mean(dim=1) if average_attn_weights else weights
        return y, weights.squeeze(0) if alone else weights

    def _batched(self, x: Tensor, name: str) -> Tensor:
        """``(b, t, width)``."""
        if x.ndim not in (2, 3):
            raise ValueError(
                f"{name} must be (t, b, width), (b, t, width) with batch_first, or (t, width), got shape "
                f"{tuple(x.shape)}"
            )
        return x.unsqueeze(0) if x.ndim == 2 else x if self.batch_first else x.transpose(0, 1)

    def _check(self, q: Tensor, k: Tensor, v: Tensor) -> None:
        widths = {"query": (q, self.embed_dim), "key": (k, self.kdim), "value": (v, self.vdim)}
        for name, (x, width) in widths.items():
            if x.shape[-1] != width:
                raise ValueError(f"{name} must have width {width}, got {x.shape[-1]}")
            if len(x) != len(q):
                raise ValueError(f"{name} holds {len(x)} sequences and query {len(q)}; they must hold as many")
        if k.shape[1] != v.shape[1]:
            raise ValueError(f"key has {k.shape[1]} places and value {v.shape[1]}; they must have as many")

    def _mask(self, q: Tensor, k: Tensor, padding: Tensor | None, attn_mask: Tensor | None) -> Tensor | None:
        """Both masks as one that is added to the scores, ``(b, h, queries, keys)`` or what broadcasts to it."""
        (b, queries, _), keys = q.shape, k.shape[1]
        mask = None
        if attn_mask is not None:
            shapes = [(queries, keys), (b * self.num_heads, queries, keys)]
            mask = added(attn_mask, "attn_mask", shapes, q.dtype)
            mask = mask.unflatten(0, (b, -1)) if mask.ndim == 3 else mask[None, None]
        if padding is not None:
            none = added(padding, "key_padding_mask", [(b, keys)], q.dtype)[:, None, None]
            mask = none if mask is None else mask + none
        return mask

    def _weights(self) -> tuple[Tensor, Tensor, Tensor]:
        if self.in_proj_weight is not None:
            w_q, w_k, w_v = self.in_proj_weight.chunk(3)
            return w_q, w_k, w_v
        return self.q_proj_weight, self.k_proj_weight, self.v_proj_weight

    def _projected(self, q: Tensor, k: Tensor, v: Tensor) -> tuple[Tensor, ...]:
        biases = (None,) * 3 if self.in_proj_bias is None else self.in_proj_bias.chunk(3)
        products = [x @ w.T for x, w in zip((q, k, v), self._weights(), strict=True)]
        return tuple(y if b is None else y + b.to(y.dtype) for y, b in zip(products, biases, strict=True))

    def _extended(self, k: Tensor, v: Tensor, mask: Tensor | None) -> tuple[Tensor, Tensor, Tensor | None]:
        if self.bias_k is None or self.bias_v is None:
            return k, v, mask
        rows = (len(k), 1, self.embed_dim)
        k, v = torch.cat([k, self.bias_k.expand(rows)], dim=1), torch.cat([v, self.bias_v.expand(rows)], dim=1)
        return k, v, _one_more(mask)


def _one_more(mask: Tensor | None) -> Tensor | None:
    """The mask with one more key, at which every query may look."""
    return None if mask is None else torch.cat([mask, mask.new_zeros(*mask.shape[:-1], 1)], dim=-1)
