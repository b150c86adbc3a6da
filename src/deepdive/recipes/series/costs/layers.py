"""One layer of each kind that reads a sequence, what theory says of it, and how it is measured."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.algorithms.inspection import FlopCount, saved_bytes
from deepdive.toolkit import Toolkit


class Convolution(torch.nn.Module):
    """``y_t = Σ_j W_j x_{t + j}`` over a window of ``kernel`` steps around ``t``, outside of the sequence 0."""

    def __init__(self, width: int, kernel: int, nn: Toolkit) -> None:
        super().__init__()
        self.layer = nn.Conv2d(width, width, (1, kernel), padding=(0, kernel // 2))

    def forward(self, x: Float[Tensor, "b n d"]) -> Float[Tensor, "b n d"]:
        """As many steps as before."""
        return self.layer(x.transpose(1, 2).unsqueeze(2)).squeeze(2).transpose(1, 2)


class Recurrence(torch.nn.Module):
    """A GRU: ``y_t`` of ``x_t`` and ``y_{t-1}``, step after step."""

    def __init__(self, width: int, nn: Toolkit) -> None:
        super().__init__()
        self.layer = nn.GRU(width, width, batch_first=True)

    def forward(self, x: Float[Tensor, "b n d"]) -> Float[Tensor, "b n d"]:
        """The states."""
        return self.layer(x)[0]


class SelfAttention(torch.nn.Module):
    """``softmax(Q Kᵀ / √d) V W_o``, with one head; ``stored``: with all ``n²`` weights in memory, as it is written."""

    def __init__(self, width: int, nn: Toolkit, *, stored: bool) -> None:
        super().__init__()
        self.layer = nn.MultiheadAttention(width, 1, batch_first=True)
        self.stored = stored

    def forward(self, x: Float[Tensor, "b n d"]) -> Float[Tensor, "b n d"]:
        """What each step gathers."""
        return self.layer(x, x, x, need_weights=self.stored)[0]


@dataclass(frozen=True)
class Kind:
    """A kind of layer, and what theory says of it for ``n`` steps of ``d`` numbers and a window of ``k``."""

    name: str
    make: Callable[[int, int, Toolkit], torch.nn.Module]
    """Of ``d``, ``k`` and the toolkit."""
    products: Callable[[int, int, int], int]
    """Multiplications of ``n``, ``d``, ``k``, for one sequence."""
    complexity: str
    sequential: str
    """How many steps must wait for each other."""
    path: str
    """Layers or steps between two positions that are as far apart as possible."""


def _attention_products(n: int, d: int, k: int) -> int:
    """Four products of a step with a matrix, and two of all steps with all."""
    return 4 * n * d * d + 2 * n * n * d


KINDS = {
    "convolution": Kind("convolution", Convolution, lambda n, d, k: k * n * d * d, "O(k n d²)", "O(1)", "O(n / k)"),
    "recurrence": Kind(
        "recurrence (GRU)", lambda d, k, nn: Recurrence(d, nn), lambda n, d, k: 6 * n * d * d, "O(n d²)", "O(n)", "O(n)"
    ),
    "attention": Kind(
        "self-attention",
        lambda d, k, nn: SelfAttention(d, nn, stored=True),
        _attention_products,
        "O(n² d + n d²)",
        "O(1)",
        "O(1)",
    ),
    "fused_attention": Kind(
        "self-attention, fused",
        lambda d, k, nn: SelfAttention(d, nn, stored=False),
        _attention_products,
        "O(n² d + n d²)",
        "O(1)",
        "O(1)",
    ),
}
"""By name; theirs is table 1 of Vaswani et al. (2017)."""


@dataclass(frozen=True)
class Cost:
    """What one layer costs for one batch."""

    operations: float
    """Of the forward pass, a multiplication and its addition counting as two."""
    seconds: float
    """Forward and backward."""
    saved: float
    """Bytes saved between the two."""


def measure(layer: torch.nn.Module, x: Float[Tensor, "b n d"], *, repeats: int) -> Cost:
    """Count operations and saved bytes, and time forward and backward pass: the fastest of ``repeats``."""
    with FlopCount() as count, torch.no_grad():
        layer(x)
    kept = saved_bytes(layer, x)
    _step(layer, x)  # the first one also makes what later ones reuse
    return Cost(count.total, min(_step(layer, x) for _ in range(repeats)), kept)


def _step(layer: torch.nn.Module, x: Tensor) -> float:
    began = time.perf_counter()
    torch.autograd.grad(layer(x).sum(), list(layer.parameters()))
    if x.is_cuda:
        torch.cuda.synchronize()
    return time.perf_counter() - began
