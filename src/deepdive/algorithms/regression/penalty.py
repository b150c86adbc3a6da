"""Weight decay as a term of the loss (D2L section 3.7.1)."""

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_bounds, check_dtype
from deepdive.signatures import checked


@checked
def l2_penalty(weights: Iterable[Tensor], weight_decay: int | float) -> Float[Tensor, ""]:
    """``λ/2 Σ ||w||²``, whose gradient ``λ w`` is what an optimiser's ``weight_decay`` adds for ``λ``.

    Raises:
        TypeError: a weight is no floating-point tensor.
        ValueError: ``weight_decay`` is negative, or there are no weights.
    """
    check_bounds("weight_decay", weight_decay, 0)
    weights = list(weights)
    for i, weight in enumerate(weights):
        check_dtype(f"weights[{i}]", weight, "floating-point")
    squares = [weight.square().sum() for weight in weights]
    if not squares:
        raise ValueError("weights must not be empty: there is nothing to penalise, got none")
    return 0.5 * weight_decay * torch.stack(squares).sum()
