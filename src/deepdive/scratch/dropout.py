"""Dropout (textbook section 5.6)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module


class Dropout(Module):
    """``y = mask * input / (1 - p)`` in training, ``y = input`` in evaluation.

    Each element of ``mask`` is 0 with probability ``p``, else 1; the division keeps the expected value (Srivastava et
    al., 2014).

    Raises:
        ValueError: ``p`` is outside of [0, 1].
    """

    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        if not 0 <= p <= 1:
            raise ValueError(f"p is a probability, between 0 and 1, got {p}")
        self.p = p

    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return dropout(input, self.p) if self.training else input

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace=False"


def dropout(x: Float[Tensor, "..."], p: float) -> Float[Tensor, "..."]:
    """``mask * x / (1 - p)``, with a new mask at every call."""
    if p == 0:
        return x
    if p == 1:
        return x * 0
    mask = torch.empty_like(x).bernoulli_(1 - p)
    return x * (mask / (1 - p))
