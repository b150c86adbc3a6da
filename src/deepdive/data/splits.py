"""Holding out a part of the examples."""

import torch
from jaxtyping import Int64, Integer
from torch import Tensor

from deepdive.checks import check_range
from deepdive.signatures import checked


@checked
def stratified_split(
    labels: Integer[Tensor, " n"], held_out: int | float, *, name: str = "held_out"
) -> tuple[Int64[Tensor, " kept"], Int64[Tensor, " held"]]:
    """Rows to keep and rows to hold out, each in ascending order: every class gives the same fraction.

    Within a class of ``n_c`` examples in random order, the ``r``-th has the rank ``(r + 1/2) / n_c``; the lowest
    ranks of all are held out. The choice depends on the labels alone and never on the seed of a run: runs with
    different seeds compare, and no example is trained on in one and tested on in the other.

    Args:
        labels: class numbers.
        held_out: an int is a count of examples, a float below 1 a fraction of them: at least one example,
            unless it is 0.
        name: what the caller calls ``held_out``, for the error.

    Raises:
        ValueError: ``held_out`` is negative, or leaves nothing to keep; or a class number is negative.

    """
    n = len(labels)
    check_range("labels", labels, 0)
    labels = labels.long()
    k = held_out_count(n, held_out, name)
    order = torch.randperm(n, generator=torch.Generator().manual_seed(0))
    by_class = order[labels[order].argsort(stable=True)]  # Class after class, in random order within each.
    sizes = labels.bincount()
    firsts = (sizes.cumsum(0) - sizes).repeat_interleave(sizes)
    rank = (torch.arange(n) - firsts + 0.5) / sizes.repeat_interleave(sizes)
    held = by_class[rank.argsort(stable=True)]
    return held[k:].sort().values, held[:k].sort().values


@checked
def hold_out(
    rows: int, held_out: int | float, *, name: str = "held_out"
) -> tuple[Int64[Tensor, " kept"], Int64[Tensor, " held"]]:
    """Rows to keep and rows to hold out at random, each in ascending order; the choice depends on their number alone.

    Args:
        rows: how many rows there are.
        held_out: an int is a count of rows, a float below 1 a fraction of them: at least one, unless it is
            0.
        name: what the caller calls ``held_out``, for the error.

    Raises:
        ValueError: ``held_out`` is negative, or leaves nothing to keep.

    """
    k = held_out_count(rows, held_out, name)
    order = torch.randperm(rows, generator=torch.Generator().manual_seed(0))
    return order[k:].sort().values, order[:k].sort().values


@checked
def k_fold(rows: int, folds: int, *, seed: int = 0) -> list[tuple[Int64[Tensor, " kept"], Int64[Tensor, " held"]]]:
    """Rows to keep and rows to hold out, fold by fold: every row is held out once (D2L section 3.6.3).

    The sizes of the folds differ by one row at most; each side is in ascending order.

    Args:
        rows: how many rows there are.
        folds: how many parts they are dealt into, 2 to ``rows``.
        seed: of the order in which they are dealt.

    Raises:
        ValueError: ``folds`` is less than 2 or more than ``rows``.

    """
    if not 2 <= folds <= rows:
        raise ValueError(f"folds must be at least 2 and at most the number of rows, {rows}, got {folds}")
    order = torch.randperm(rows, generator=torch.Generator().manual_seed(seed))
    parts = order.tensor_split(folds)
    return [
        (torch.cat([*parts[:i], *parts[i + 1 :]]).sort().values, part.sort().values) for i, part in enumerate(parts)
    ]


def held_out_count(n: int, held_out: int | float, name: str) -> int:
    """How many of ``n`` examples are held out: a count (int), or a fraction (float), at least one, unless it is 0.

    Raises:
        TypeError: ``held_out`` is a boolean.
        ValueError: it is negative, or leaves nothing to keep.
    """
    refuse_flag(name, held_out)
    share = isinstance(held_out, float)
    good = not share or 0 <= held_out < 1
    k = max(round(held_out * n), int(held_out > 0)) if share and good else held_out
    if not good or not 0 <= k < n:
        raise ValueError(
            f"{name} must take at least 0 of {n} examples and leave at least 1 (a float is a fraction below 1, an int "
            f"is a count), got {held_out}"
        )
    return int(k)


def refuse_flag(name: str, part: int | float) -> None:
    """Check that the size of a part is no boolean, which would count as 0 or 1.

    Raises:
        TypeError: it is one.
    """
    if isinstance(part, bool):
        raise TypeError(f"{name} must be a count (int) or a fraction (float), got {part}")
