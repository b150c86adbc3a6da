"""Scaled dot-product attention as a function (D2L section 11.3)."""

import math
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor
from torch.autograd import Function

from deepdive.scratch._arguments import check_broadcasts, check_probability, checked
from deepdive.scratch._precision import check_same_dtype, in_single
from deepdive.scratch.dropout import dropout


@checked
def scaled_dot_product_attention(
    query: Float[Tensor, "..."],
    key: Float[Tensor, "..."],
    value: Float[Tensor, "..."],
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    *,
    scale: float | None = None,
) -> Float[Tensor, "..."]:
    """``softmax(scale query keyᵀ + attn_mask) value``: each query's mean of the values, by likeness to their keys.

    Query ``(*, q, d)``, key ``(*, k, d)``, value ``(*, k, v)``, output ``(*, q, v)``; ``*`` may broadcast. Without
    ``scale`` it is 1/√d, so that scores of independent numbers have variance 1.

    ``attn_mask`` broadcasts to ``(*, q, k)``. A boolean one is **true where a query may attend** to a key, the opposite
    of what ``MultiheadAttention`` takes; one of numbers is added to the scores, -inf where it may not. ``is_causal``:
    query ``i`` attends to keys up to ``i``. A query that may attend to nothing gets 0, and so do all gradients of it.
    ``dropout_p`` of the weights are dropped at every call; there is no evaluation mode (Vaswani et al., 2017).

    Raises:
        TypeError: ``attn_mask`` is neither boolean nor of numbers like the query's.
        ValueError: ``attn_mask`` does not broadcast to the scores or is given along with ``is_causal``, shapes do not
            fit each other, or ``dropout_p`` is outside of [0, 1].
    """
    _check_shapes(query, key, value)
    check_probability("dropout_p", dropout_p)
    scale = 1 / math.sqrt(query.shape[-1]) if scale is None else scale
    scores = (query * scale) @ key.transpose(-2, -1)  # (*, q, k)
    if is_causal:
        if attn_mask is not None:
            raise ValueError("attn_mask must be None with is_causal, which makes a mask of its own, got both")
        attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if attn_mask is not None:
        _check_mask(attn_mask, scores, query.dtype)
        scores = scores.masked_fill(~attn_mask, -math.inf) if attn_mask.dtype == torch.bool else scores + attn_mask
    return dropout(attention_weights(scores).to(value.dtype), dropout_p) @ value


def attention_weights(scores: Float[Tensor, "*batch q k"]) -> Float[Tensor, "*batch q k"]:
    """``softmax(scores)`` over the keys, and 0 for a query all of whose scores are -inf."""
    return _Weights.apply(in_single(scores)).to(scores.dtype) if scores.numel() else scores


class _Weights(Function):
    """Saves the weights alone: ``∂L/∂s = y (g - Σ y g)``, which is 0 wherever ``y`` is."""

    generate_vmap_rule = True

    @staticmethod
    def forward(s: Tensor) -> Tensor:
        m = s.amax(-1, keepdim=True)
        y = s - torch.where(m == -math.inf, 0.0, m)
        y.exp_()
        total = y.sum(-1, keepdim=True)
        return y.div_(torch.where(total == 0, 1.0, total))

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Tensor) -> None:
        ctx.save_for_backward(output)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> Tensor:
        (y,) = ctx.saved_tensors
        g = gradients[0]
        return y * (g - (y * g).sum(-1, keepdim=True))


def _check_shapes(query: Tensor, key: Tensor, value: Tensor) -> None:
    check_same_dtype("key", key, "query", query, product=True)
    check_same_dtype("value", value, "query", query, product=True)
    shapes = f"query {tuple(query.shape)}, key {tuple(key.shape)} and value {tuple(value.shape)}"
    if min(query.ndim, key.ndim, value.ndim) < 2:
        raise ValueError(f"query, key and value must have two dimensions or more, got {shapes}")
    if query.shape[-1] != key.shape[-1]:
        raise ValueError(f"query and key must have the same last dimension, got {shapes}")
    try:
        torch.broadcast_shapes(query.shape[:-2], key.shape[:-2], value.shape[:-2])
    except RuntimeError:
        raise ValueError(f"query, key and value must have batches that broadcast, got {shapes}") from None
    if key.shape[-2] != value.shape[-2]:
        raise ValueError(f"key and value must be of the same number of places, got {shapes}")


def _check_mask(mask: Tensor, scores: Tensor, dtype: torch.dtype) -> None:
    if mask.dtype not in {torch.bool, torch.float32, dtype}:
        raise TypeError(
            f"attn_mask must be torch.bool, true where a query may attend, or {dtype}, added to the scores; "
            f"got {mask.dtype}"
        )
    if mask.ndim < 2:
        raise ValueError(
            f"attn_mask must have at least two dimensions, queries and keys, got shape {tuple(mask.shape)}"
        )
    check_broadcasts("attn_mask", mask, "(*, queries, keys) =", scores.shape)
