"""Sequences of several lengths without their padding, step after step (D2L section 10.5)."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Int64, Shaped
from torch import Tensor
from torch.nn.utils.rnn import PackedSequence

from deepdive.checks import check_dimensions, check_not_empty, shown
from deepdive.scratch._arguments import checked, described, is_integer


@checked
def pack_padded_sequence(
    input: Shaped[Tensor, "a b ..."],
    lengths: Int64[Tensor, " batch"] | Sequence[int],
    batch_first: bool = False,
    enforce_sorted: bool = True,
) -> PackedSequence:
    """The steps of ``input (steps, batch, *)`` that lie within ``lengths``: all first steps, then all second ones.

    ``data = input[t < lengths]`` has no padding; ``batch_sizes[t]`` says how many sequences have a step ``t``. Long
    sequences come first: with ``enforce_sorted`` they must already, else they are brought into that order, which
    ``sorted_indices`` keeps. ``batch_first``: the input is ``(batch, steps, *)``.

    Raises:
        TypeError: ``lengths`` are no integers.
        ValueError: the input is empty, there is not one length per sequence, one is not between 1 and the number of
            steps, or they grow although ``enforce_sorted``.
    """
    if input.ndim < 2:
        raise ValueError(f"input must have two dimensions or more, steps and batch, got shape {shown(input.shape)}")
    check_not_empty("input", input)
    lengths = _lengths(lengths)
    x = input.transpose(0, 1) if batch_first else input
    if lengths.shape != x.shape[1:2]:
        raise ValueError(f"lengths must be one per sequence, {x.shape[1]} of them, got shape {tuple(lengths.shape)}")
    if lengths.numel() == 0 or lengths.min() < 1 or lengths.max() > len(x):
        raise ValueError(f"lengths must be between 1 and the {len(x)} steps of the input, got {lengths.tolist()}")
    order = None
    if not enforce_sorted:
        lengths, order = lengths.sort(descending=True)
        order = order.to(x.device)
        x = x.index_select(1, order)
    elif (lengths.diff() > 0).any():
        raise ValueError(f"lengths must not grow, got {lengths.tolist()}; or give enforce_sorted=False")
    within = torch.arange(int(lengths[0])).unsqueeze(1) < lengths  # (steps, batch)
    return PackedSequence(x.flatten(0, 1).index_select(0, _rows(within, x)), within.sum(1), order)


@checked
def pad_packed_sequence(
    sequence: PackedSequence, batch_first: bool = False, padding_value: float = 0.0, total_length: int | None = None
) -> tuple[Shaped[Tensor, "a b ..."], Int64[Tensor, " batch"]]:
    """The padded ``(steps, batch, *)`` sequences, and their lengths: the inverse of ``pack_padded_sequence``.

    ``padding_value`` stands where a sequence has ended; ``total_length`` is the number of steps, that of the longest
    sequence if not given. ``batch_first``: the result is ``(batch, steps, *)``.

    Raises:
        ValueError: ``total_length`` is less than the length of the longest sequence.
    """
    data, sizes, _, back = sequence
    check_dimensions("the data of sequence", data, int(sizes.sum()), *data.shape[1:])
    if total_length is not None and total_length < len(sizes):
        raise ValueError(
            f"total_length must be at least that of the longest sequence, {len(sizes)}, got {total_length}"
        )
    if not (data.is_floating_point() or data.is_complex() or data.dtype == torch.bool):
        low, high = torch.iinfo(data.dtype).min, torch.iinfo(data.dtype).max
        if not low <= padding_value <= high:
            raise ValueError(f"padding_value must be a number of {data.dtype}, {low} to {high}, got {padding_value}")
    batch, steps = int(sizes[0]), len(sizes)
    within = torch.arange(batch) < sizes.unsqueeze(1)  # (steps, batch)
    x = data.new_full(((total_length or steps) * batch, *data.shape[1:]), padding_value)
    x = x.index_copy(0, _rows(within, data), data).unflatten(0, (-1, batch))
    lengths = within.sum(0)
    if back is not None:
        x, lengths = x.index_select(1, back), lengths[back.cpu()]
    return x.transpose(0, 1) if batch_first else x, lengths


def _lengths(lengths: Tensor | Sequence[int]) -> Int64[Tensor, " batch"]:
    several = isinstance(lengths, Tensor) or hasattr(lengths, "__array__")
    if several or (isinstance(lengths, Sequence) and all([is_integer(n) for n in lengths])):
        whole = torch.as_tensor(lengths)
        if not (whole.is_floating_point() or whole.is_complex() or whole.dtype == torch.bool):
            return whole.to("cpu", torch.int64)
    raise TypeError(f"lengths must be integers, one per sequence, got {described(lengths)}")


def _rows(within: Bool[Tensor, "steps batch"], x: Tensor) -> Int64[Tensor, " rows"]:
    """Where the steps within the lengths lie if all lie one after the other, on the device of ``x``."""
    return within.flatten().nonzero().squeeze(1).to(x.device)
