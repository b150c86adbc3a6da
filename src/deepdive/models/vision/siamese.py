"""Siamese networks: one branch, applied to two inputs (Bromley et al., 1993)."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.signatures import checked


@checked
class Siamese(torch.nn.Module):
    """``D = ‖f(left) - f(right)‖₂`` with one ``branch`` f, whose layers both sides share.

    Inputs have the shape that the branch takes; it gives ``(batch, dimensions)``. Output ``(batch,)``, from 0.
    The gradients of both sides add up in the shared weights, and ``D(a, b) = D(b, a)``. A tiny term under the root
    keeps the gradient finite where both sides are equal.
    """

    def __init__(self, branch: torch.nn.Module) -> None:
        super().__init__()
        self.branch = branch

    def forward(self, left: Float[Tensor, "batch *shape"], right: Float[Tensor, "batch *shape"]) -> Float[Tensor, " b"]:
        """Distances."""
        gap = self.branch(left) - self.branch(right)
        return (gap.square().sum(dim=1) + 1e-12).sqrt()
