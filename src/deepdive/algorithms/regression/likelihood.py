"""The squared loss seen as a likelihood (D2L section 3.1.3)."""

import math

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_not_empty, check_range
from deepdive.signatures import checked


@checked
def gaussian_negative_log_likelihood(
    residuals: Float[Tensor, " rows"], std: int | float | Float[Tensor, ""]
) -> Float[Tensor, ""]:
    """``-log p(y | X) = n/2 log(2 π σ²) + ||y - ŷ||² / (2 σ²)`` of residuals ``y - ŷ`` with normal noise.

    For a given ``σ`` it is the squared loss up to a factor and a constant, so both have the same minimum.

    Raises:
        ValueError: ``std`` (``σ``) is not one positive number, or there are no residuals.
    """
    check_not_empty("residuals", residuals)
    sigma = torch.as_tensor(std, dtype=residuals.dtype, device=residuals.device)
    check_range("std", sigma, above=0)
    variance = sigma.square()
    return 0.5 * (len(residuals) * torch.log(2 * math.pi * variance) + residuals.square().sum() / variance)


@checked
def most_likely_std(residuals: Float[Tensor, " rows"]) -> Float[Tensor, ""]:
    """``σ̂ = sqrt(||y - ŷ||² / n)``, which minimises the negative log-likelihood: the root mean squared error.

    Raises:
        ValueError: there are no residuals.
    """
    check_not_empty("residuals", residuals)
    return residuals.square().mean().sqrt()
