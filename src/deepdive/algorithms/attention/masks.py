"""Who may attend to whom, and a softmax over those alone (D2L section 11.3)."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from deepdive.checks import check_dtype, check_tensor, shown, told

Allowed = Bool[Tensor, "..."] | Int64[Tensor, " b"] | Int64[Tensor, "b q"]
"""True where a query may attend, of a shape that broadcasts to that of the scores; or how many keys, counted from the
first, each sequence or each query may attend to."""


def length_mask(
    lengths: Int64[Tensor, "b *q"], max_length: int, batch: int | None = None
) -> Bool[Tensor, "b q_or_1 positions"]:
    """``m_bqk = k < lengths_bq``: true at the first ``lengths`` of ``max_length``.

    Lengths ``(b)`` hold for every query of a sequence, lengths ``(b, q)`` for each query. A length from ``max_length``
    up allows all, 0 allows nothing.

    Raises:
        ValueError: ``lengths`` are no whole numbers of one of these shapes, or not of the ``batch``, if that is given.
    """
    check_tensor("lengths", lengths)
    if lengths.ndim not in (1, 2) or lengths.dtype != torch.int64:
        raise ValueError(f"lengths must be int64 of shape (b) or (b, q), got {told(lengths)}")
    if batch is not None and len(lengths) != batch:  # one length would be taken for that of all
        raise ValueError(f"lengths must have shape (b={batch}), got {shown(lengths.shape)}")
    by_query = lengths.unsqueeze(1) if lengths.ndim == 1 else lengths  # (b, q or 1)
    return torch.arange(max_length, device=lengths.device) < by_query.unsqueeze(2)


def check_batches(queries: Tensor, keys: Tensor, values: Tensor) -> None:
    """Check that none of these is broadcast to the others.

    Raises:
        ValueError: keys are not of the queries' batch (and heads), or values not as many as keys.
    """
    if keys.shape[:-2] != queries.shape[:-2]:
        raise ValueError(f"keys must be of the queries' batch {shown(queries.shape[:-2])}, got {shown(keys.shape)}")
    if values.shape[:-1] != keys.shape[:-1]:
        raise ValueError(f"values must be as many as keys, {shown(keys.shape[:-1])}, got {shown(values.shape)}")


def as_mask(allowed: Allowed, shape: Sequence[int], name: str = "allowed") -> Bool[Tensor, "..."]:
    """The mask that ``allowed`` stands for, which broadcasts to scores of ``shape``, ``(b, ..., q, k)``.

    Raises:
        ValueError: it is neither a boolean mask that broadcasts to ``shape`` nor int64 lengths ``(b)`` or ``(b, q)``;
            the message says ``name``.
    """
    check_tensor(name, allowed)
    batch, *heads, queries, keys = shape
    if allowed.dtype == torch.bool and _broadcasts(allowed.shape, shape):
        return allowed
    if allowed.dtype == torch.int64 and allowed.shape in ((batch,), (batch, queries)):
        mask = length_mask(allowed, keys)
        return mask.reshape(batch, *(1 for _ in heads), *mask.shape[1:])  # (b, 1, ..., q or 1, k)
    raise ValueError(
        f"{name} must be boolean and broadcast to the scores' shape {shown(shape)}, or int64 lengths of shape "
        f"{shown((batch,))} or {shown((batch, queries))}, got {told(allowed)}"
    )


def masked_softmax(
    scores: Float[Tensor, "b *heads q k"],
    allowed: Allowed | None = None,
    *,
    softmax: Callable[[Tensor], Tensor] | None = None,
) -> Float[Tensor, "b *heads q k"]:
    """``α_qk = m_qk exp(a_qk) / Σ_j m_qj exp(a_qj)``: weights of sum 1 over the keys that a query may attend to.

    Other keys have weight 0, whatever their score, be it NaN. A query that may attend to nothing has weights of 0, and
    no gradient comes from it (without the rule it would be 0 / 0).

    Args:
        scores: ``a``.
        allowed: ``m``, or lengths, see `Allowed`; ``None``: every key.
        softmax: along the last dimension; that of the library if not given.

    Raises:
        TypeError: the scores are not floating-point.
        ValueError: ``allowed`` does not fit the scores.
    """
    check_dtype("scores", scores, "floating-point")
    softmax = softmax or _softmax
    if allowed is None:
        return softmax(scores)
    if scores.ndim < 3:
        raise ValueError(f"scores must have shape (b, ..., q, k), got {shown(scores.shape)}")
    mask = as_mask(allowed, scores.shape)
    lowest = torch.finfo(scores.dtype).min  # exp(lowest - max) = 0 beside any score, and 1 where all are the lowest
    return softmax(scores.masked_fill(~mask, lowest)).masked_fill(~mask, 0.0)


def _softmax(scores: Tensor) -> Tensor:
    return scores.softmax(dim=-1)


def _broadcasts(shape: Sequence[int], to: Sequence[int]) -> bool:
    if len(shape) > len(to):
        return False
    return all(n in (1, m) for n, m in zip(reversed(shape), reversed(to), strict=False))
