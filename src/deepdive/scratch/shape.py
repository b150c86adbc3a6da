"""Layers that only reshape."""

# ruff: noqa: D102 (what forward computes is said by its class)

import math

from torch import Tensor
from torch.nn import Module

from deepdive.scratch._arguments import checked


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
