"""Layers that only reshape, or not even that."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math
from collections.abc import Sequence
from typing import Any

from torch import Tensor
from torch.nn import Module

from deepdive.checks import shown
from deepdive.scratch._arguments import check_dim, checked, described, is_integer


class Identity(Module):
    """``y = input``; any arguments are accepted and ignored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Any) -> Any:
        return input


class Flatten(Module):
    """Dimensions ``start_dim`` to ``end_dim``, both included, become one: ``(b, c, h, w)`` to ``(b, c h w)``.

    Raises:
        ValueError: the input does not have these dimensions, in this order.
    """

    @checked
    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    @checked
    def forward(self, input: Tensor) -> Tensor:
        start, end = (d + input.ndim if d < 0 else d for d in (self.start_dim, self.end_dim))
        if not 0 <= start <= end < input.ndim:
            raise ValueError(
                f"input must have the dimensions start_dim={self.start_dim} to end_dim={self.end_dim}, in this order, "
                f"got shape {tuple(input.shape)}"
            )
        shape = input.shape
        return input.reshape(*shape[:start], math.prod(shape[start : end + 1]), *shape[end + 1 :])

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"


class Unflatten(Module):
    """Dimension ``dim`` becomes several of ``unflattened_size``: ``(b, c h w)`` to ``(b, c, h, w)``.

    One of the sizes may be -1: what is left.

    Raises:
        ValueError: the sizes are not those of the dimension, or the input has no such dimension.
    """

    @checked
    def __init__(self, dim: int, unflattened_size: Sequence[int]) -> None:
        super().__init__()
        sizes: Any = unflattened_size
        if not isinstance(sizes, tuple | list) or not sizes or not all(map(is_integer, sizes)):
            raise TypeError(f"unflattened_size must be a tuple of integers, got {described(unflattened_size)}")
        if any([size < -1 for size in sizes]) or list(sizes).count(-1) > 1:
            raise ValueError(f"unflattened_size must be sizes of at least 0, or one -1, got {described(sizes)}")
        self.dim = dim
        self.unflattened_size = unflattened_size

    @checked
    def forward(self, input: Tensor) -> Tensor:
        if input.ndim == 0:
            raise ValueError("input must have at least one dimension, got shape ()")
        check_dim("dim", self.dim, input.ndim)
        known = math.prod(
            [size for size in self.unflattened_size if size != -1]
        )  # a list: the compiler takes no generator
        size = input.shape[self.dim]
        fits = known == size if -1 not in self.unflattened_size else known > 0 and size % known == 0
        if not fits:
            raise ValueError(
                f"input must have a size along dim={self.dim} that is unflattened_size={tuple(self.unflattened_size)}, "
                f"got shape {shown(input.shape)}"
            )
        return input.unflatten(self.dim, tuple([int(size) for size in self.unflattened_size]))

    def extra_repr(self) -> str:
        return f"dim={self.dim}, unflattened_size={self.unflattened_size}"
