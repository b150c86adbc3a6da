"""Layers that only reshape."""

# ruff: noqa: D102 (what forward computes is said by its class)

from torch import Tensor
from torch.nn import Module


class Flatten(Module):
    """Dimensions ``start_dim`` to ``end_dim``, both included, become one: ``(b, c, h, w)`` to ``(b, c h w)``."""

    def __init__(self, start_dim: int = 1, end_dim: int = -1) -> None:
        super().__init__()
        self.start_dim = start_dim
        self.end_dim = end_dim

    def forward(self, input: Tensor) -> Tensor:
        start, end = self.start_dim % input.ndim, self.end_dim % input.ndim
        return input.reshape(*input.shape[:start], -1, *input.shape[end + 1 :])

    def extra_repr(self) -> str:
        return f"start_dim={self.start_dim}, end_dim={self.end_dim}"
