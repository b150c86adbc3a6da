"""Masks as attention layers take them: checked under the name the caller knows, then as numbers to add to scores."""

import math

import torch
from torch import Tensor


def check_attention_mask(
    name: str, mask: Tensor | None, *, batch: int, heads: int, queries: int, keys: int, dtype: torch.dtype
) -> None:
    """Which keys each query may see: the same for all sequences and heads, or its own for each.

    Raises:
        TypeError: it is neither boolean nor of numbers of type ``dtype``.
        ValueError: it has another shape.
    """
    if mask is None:
        return
    _check_type(name, mask, dtype)
    shared, own = (queries, keys), (batch * heads, queries, keys)
    if tuple(mask.shape) not in (shared, own):
        raise ValueError(
            f"{name} must be (queries, keys) = {shared} or (batch * num_heads, queries, keys) = {own}, "
            f"got {tuple(mask.shape)}"
        )


def check_padding_mask(name: str, mask: Tensor | None, *, batch: int | None, keys: int, dtype: torch.dtype) -> None:
    """Which keys no query of a sequence may see; ``batch`` is ``None`` for a sequence alone.

    Raises:
        TypeError: it is neither boolean nor of numbers of type ``dtype``.
        ValueError: it has another shape.
    """
    if mask is None:
        return
    _check_type(name, mask, dtype)
    words, shape = ("(keys,)", (keys,)) if batch is None else ("(batch, keys)", (batch, keys))
    if tuple(mask.shape) != shape:
        raise ValueError(f"{name} must be {words} = {shape}, got {tuple(mask.shape)}")


def _check_type(name: str, mask: Tensor, dtype: torch.dtype) -> None:
    if mask.dtype not in {torch.bool, torch.float32, dtype}:
        raise TypeError(
            f"{name} must be torch.bool, true where a query may NOT attend, or {dtype}, added to the scores; "
            f"got {mask.dtype}"
        )


def merged(
    attn_mask: Tensor | None, key_padding_mask: Tensor | None, *, batch: int, extra: int, dtype: torch.dtype
) -> Tensor | None:
    """Both masks as one of numbers, ``(b or 1, h or 1, q or 1, k)``: -inf where a query may not attend.

    ``extra`` keys at the end, which the layer adds by itself, are free to all.
    """
    masks = []
    if attn_mask is not None:
        own = attn_mask.ndim == 3
        masks.append(
            attn_mask.unflatten(0, (batch, -1 if batch else 1)) if own else attn_mask[None, None]
        )  # (b or 1, h or 1, q, k)
    if key_padding_mask is not None:
        masks.append(key_padding_mask.reshape(batch, 1, 1, key_padding_mask.shape[-1]))  # (b, 1, 1, k)
    numbers = [_extended(_as_numbers(mask, dtype), extra) for mask in masks]
    return sum(numbers[1:], numbers[0]) if numbers else None


def _as_numbers(mask: Tensor, dtype: torch.dtype) -> Tensor:
    if mask.dtype != torch.bool:
        return mask.to(dtype)
    return torch.zeros_like(mask, dtype=dtype).masked_fill(mask, -math.inf)


def _extended(mask: Tensor, extra: int) -> Tensor:
    return torch.cat([mask, mask.new_zeros(*mask.shape[:-1], extra)], dim=-1) if extra else mask
