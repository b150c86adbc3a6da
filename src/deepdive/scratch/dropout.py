"""Dropout (D2L section 5.6)."""

# ruff: noqa: D102 (what forward computes is said by its class)

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module

from deepdive.scratch._arguments import check_probability, checked


class Dropout(Module):
    """``y = mask * input / (1 - p)`` in training, ``y = input`` in evaluation.

    Each element of ``mask`` is 0 with probability ``p``, else 1; the division keeps the expected value (Srivastava et
    al., 2014).

    Raises:
        TypeError: the input, in training, is not floating-point.
        ValueError: ``p`` is outside of [0, 1].
    """

    @checked
    def __init__(self, p: float = 0.5) -> None:
        super().__init__()
        check_probability("p", p)
        self.p = p

    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return dropout(input, self.p) if self.training else input

    def extra_repr(self) -> str:
        return f"p={self.p}, inplace=False"


@checked
def dropout(input: Float[Tensor, "..."], p: float) -> Float[Tensor, "..."]:
    """``mask * input / (1 - p)``, with a new mask at every call."""
    p = float(p)
    if p == 0:
        return input
    if p == 1:
        return input * 0
    mask = torch.empty_like(input).bernoulli_(1 - p)
    return input * (mask / (1 - p))
