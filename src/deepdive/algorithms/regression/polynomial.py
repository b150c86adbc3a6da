"""Polynomials as linear models (D2L section 3.6.2)."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_bounds
from deepdive.signatures import checked


@checked
def polynomial_features(x: Float[Tensor, " rows"], degree: int) -> Float[Tensor, "rows degree"]:
    """``[x, x²/2!, ..., x^degree/degree!]``: without the constant, which is the bias; the factorials tame high powers.

    Raises:
        ValueError: ``degree`` is less than 1.
    """
    check_bounds("degree", degree, 1)
    powers = torch.arange(1, degree + 1, dtype=x.dtype, device=x.device)
    return torch.cumprod(x[:, None] / powers, dim=1)  # (rows, degree)
