"""How often words follow each other (D2L section 9.2.5)."""

from dataclasses import dataclass

import torch
from jaxtyping import Int64
from torch import Tensor

from deepdive.checks import check_range
from deepdive.signatures import checked


@dataclass(frozen=True)
class NgramCounts:
    """Every sequence of ``n`` tokens that occurs, the most frequent first, and how often it does."""

    ngrams: Int64[Tensor, "m n"]
    counts: Int64[Tensor, " m"]


@checked
def ngram_counts(ids: Int64[Tensor, " tokens"], n: int) -> NgramCounts:
    """Count the windows ``ids[i : i + n]``; of equally frequent ones, the one of lower numbers comes first.

    A window is one number: ``rank(ids[i : i + n - 1]) · size + rank(ids[i + n - 1])``, where the rank is that among
    the windows of the same length that occur, and ``size`` how many different tokens do. So the numbers stay small,
    however large ``n`` is.

    Args:
        ids: token ids, from 0.
        n: how many tokens belong together: 1, 2, 3 for uni-, bi- and trigrams.

    Raises:
        ValueError: ``n`` is below 1 or above the number of tokens, or a number is negative.

    """
    if n < 1 or n > len(ids):
        raise ValueError(f"n must be at least 1 and at most the number of tokens, {len(ids)}, got {n}")
    check_range("ids", ids, 0)
    found, rank, counts = ids.unique(return_inverse=True, return_counts=True)
    token, size = rank, len(found)
    for k in range(1, n):
        found, rank, counts = (rank[:-1] * size + token[k:]).unique(return_inverse=True, return_counts=True)
    somewhere = torch.empty_like(found)
    somewhere[rank] = torch.arange(len(rank), device=ids.device)
    counts, order = counts.sort(descending=True, stable=True)
    return NgramCounts(ids.unfold(0, n, 1)[somewhere[order]], counts)
