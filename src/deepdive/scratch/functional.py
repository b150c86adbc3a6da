"""Softmax, its relatives and attention as functions: stable for logits of any size (sections 4.1, 4.5 and 11.3).

``log Σⱼ exp(xⱼ) = m + log Σⱼ exp(xⱼ - m)`` for any ``m``; with ``m = max x`` no ``exp`` overflows, and one of the terms
is 1, so that the logarithm is finite. Everything here is that identity. A logit of -inf is a class ruled out: its
probability and its gradient are 0.
"""

import warnings

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from deepdive.scratch.attention._masks import check_type
from deepdive.scratch.attention._weights import scores_to_weights
from deepdive.scratch.dropout import dropout


def logsumexp(input: Float[Tensor, "..."], dim: int, keepdim: bool = False) -> Float[Tensor, "..."]:
    """``log Σⱼ exp(inputⱼ)`` along ``dim``; -inf where all are -inf, and its gradient is ``softmax(input)``."""
    m = input.detach().amax(dim, keepdim=True)
    m = torch.where(m.isfinite(), m, 0.0)  # inf - inf is no number
    y = m + (input - m).exp().sum(dim, keepdim=True).log()
    return y if keepdim else y.squeeze(dim)


def softmax(input: Float[Tensor, "..."], dim: int | None = None) -> Float[Tensor, "..."]:
    """``yᵢ = exp(inputᵢ) / Σⱼ exp(inputⱼ)`` along ``dim``: positive, of sum 1; NaN where all are -inf."""
    dim = _implicit_dim(input) if dim is None else dim
    e = torch.exp(_shifted(input, dim))
    return e / e.sum(dim, keepdim=True)


def log_softmax(input: Float[Tensor, "..."], dim: int | None = None) -> Float[Tensor, "..."]:
    """``yᵢ = inputᵢ - log Σⱼ exp(inputⱼ)`` along ``dim``, finite for any finite input."""
    dim = _implicit_dim(input) if dim is None else dim
    shifted = _shifted(input, dim)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def scaled_dot_product_attention(
    query: Float[Tensor, "*b q d"],
    key: Float[Tensor, "*b k d"],
    value: Float[Tensor, "*b k v"],
    attn_mask: Bool[Tensor, "..."] | Float[Tensor, "..."] | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
) -> Float[Tensor, "*b q v"]:
    """``softmax(query keyᵀ scale + M) value``, ``scale = 1 / √d`` unless it is given (Vaswani et al., 2017).

    A boolean ``attn_mask`` is true where a query may look; one of numbers, ``M``, is added. ``is_causal``: query ``i``
    looks at keys up to ``i``. A query that may look nowhere gathers 0. A share ``dropout_p`` of the weights is dropped
    at every call.

    Raises:
        ValueError: ``attn_mask`` is given together with ``is_causal`` or does not broadcast to the scores, or
            ``dropout_p`` is no probability.
        TypeError: ``attn_mask`` holds whole numbers.
    """
    scores = query @ key.transpose(-2, -1) * (query.shape[-1] ** -0.5 if scale is None else scale)
    if not 0 <= dropout_p <= 1:
        raise ValueError(f"dropout_p is a probability, between 0 and 1, got {dropout_p}")
    if is_causal:
        if attn_mask is not None:
            raise ValueError("is_causal is True and attn_mask is given; the mask would be that of both, so give one")
        attn_mask = torch.ones(scores.shape[-2:], dtype=torch.bool, device=scores.device).tril()
    if attn_mask is not None:
        check_type(attn_mask, "attn_mask")
        if not _broadcasts(attn_mask, scores):
            raise ValueError(
                f"attn_mask has shape {tuple(attn_mask.shape)}, which does not broadcast to that of the scores, "
                f"{tuple(scores.shape)}"
            )
        scores = scores.masked_fill(~attn_mask, -torch.inf) if attn_mask.dtype == torch.bool else scores + attn_mask
    weights = scores_to_weights(scores)
    return (dropout(weights, dropout_p) if dropout_p else weights) @ value


def one_hot(tensor: Int64[Tensor, "*shape"], num_classes: int = -1) -> Int64[Tensor, "*shape classes"]:
    """``y[..., c] = 1 if tensor[...] = c else 0``; with ``num_classes=-1`` there are as many as the largest needs.

    Raises:
        ValueError: a class is negative or not below ``num_classes`` (checked on the CPU; a GPU reports it by itself),
            or there is none to tell the number of classes from.
    """
    if num_classes == -1:
        if tensor.numel() == 0:
            raise ValueError("num_classes is -1, but an empty tensor does not tell how many classes there are")
        num_classes = int(tensor.max()) + 1
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, or -1 for as many as needed, got {num_classes}")
    # Reading a value off a GPU would stall it, and compiled code checks its indices by itself.
    if tensor.device.type == "cpu" and not torch.compiler.is_compiling() and tensor.numel():
        low, high = tensor.aminmax()
        if low < 0 or high >= num_classes:
            raise ValueError(f"tensor must hold classes in [0, {num_classes}), got {int(low if low < 0 else high)}")
    return (tensor.unsqueeze(-1) == torch.arange(num_classes, device=tensor.device)).long()


def _shifted(x: Tensor, dim: int) -> Tensor:
    """Softmax does not change when a constant is taken off; with the largest one no ``exp`` overflows."""
    return x - x.amax(dim, keepdim=True).detach()


def _implicit_dim(x: Tensor) -> int:
    warnings.warn("softmax without dim guesses the dimension, as the library does; say dim=...", stacklevel=3)
    return 0 if x.ndim in (0, 1, 3) else 1


def _broadcasts(mask: Tensor, scores: Tensor) -> bool:
    sizes = zip(reversed(mask.shape), reversed(scores.shape), strict=False)
    return mask.ndim <= scores.ndim and all(size in (1, whole) for size, whole in sizes)
