"""The squared loss seen as a likelihood (textbook section 3.1.3)."""

import math

import torch
from jaxtyping import Float
from torch import Tensor


def gaussian_negative_log_likelihood(
    residuals: Float[Tensor, " rows"], deviation: int | float | Tensor
) -> Float[Tensor, ""]:
    """``-log p(y | X) = n/2 log(2 π σ²) + ||y - ŷ||² / (2 σ²)`` of residuals ``y - ŷ`` with normal noise.

    For a given ``σ`` it is the squared loss up to a factor and a constant, so both have the same minimum.

    Raises:
        ValueError: ``deviation`` (``σ``) is not positive.
    """
    sigma = torch.as_tensor(deviation, dtype=residuals.dtype, device=residuals.device)
    if not (sigma > 0).all():
        raise ValueError(f"deviation is {deviation}; it must be positive")
    variance = sigma.square()
    return 0.5 * (len(residuals) * torch.log(2 * math.pi * variance) + residuals.square().sum() / variance)


def most_likely_deviation(residuals: Float[Tensor, " rows"]) -> Float[Tensor, ""]:
    """``σ̂ = sqrt(||y - ŷ||² / n)``, which minimises the negative log-likelihood: the root mean squared error.

    Raises:
        ValueError: there are no residuals.
    """
    if not len(residuals):
        raise ValueError("residuals is empty; there must be at least one")
    return residuals.square().mean().sqrt()
