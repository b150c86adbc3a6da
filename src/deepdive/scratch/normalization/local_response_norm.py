"""Local response normalisation (D2L section 8.1): neighbouring channels compete."""

# ruff: noqa: D102 (what forward computes is said by its class)

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module

from deepdive.checks import shown
from deepdive.scratch._arguments import check_sizes, checked
from deepdive.scratch._precision import autocast


class LocalResponseNorm(Module):
    """``y[c] = input[c] / (k + alpha / size · Σ input[c']²)^beta`` over the ``size`` channels ``c'`` around ``c``.

    Input ``(batch, channels, ...)``; beyond the first and the last channel there is 0 (Krizhevsky et al., 2012).

    Raises:
        ValueError: ``size`` is below 1, or the input has fewer than 3 dimensions.
    """

    @checked
    def __init__(self, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0) -> None:
        super().__init__()
        check_sizes(size=size)
        self.size = size
        self.alpha = alpha
        self.beta = beta
        self.k = k

    @checked
    @autocast(cpu="single", cuda="single")
    def forward(self, input: Float[Tensor, "b c *sizes"]) -> Float[Tensor, "b c *sizes"]:
        if input.ndim < 3:
            raise ValueError(f"input must have shape (batch, channels, ...), got {shown(input.shape)}")
        channels, before = input.shape[1], self.size // 2
        squares = input.new_zeros((len(input), channels + self.size - 1, *input.shape[2:]))
        squares[:, before : before + channels] = input * input
        total = torch.stack([squares[:, i : i + channels] for i in range(self.size)]).sum(0)
        return input / (self.k + self.alpha * total / self.size) ** self.beta

    def extra_repr(self) -> str:
        return f"{self.size}, alpha={self.alpha}, beta={self.beta}, k={self.k}"
