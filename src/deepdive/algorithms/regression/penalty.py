"""Weight decay as a term of the loss (textbook section 3.7.1)."""

from collections.abc import Iterable

import torch
from jaxtyping import Float
from torch import Tensor


def l2_penalty(weights: Iterable[Tensor], weight_decay: int | float) -> Float[Tensor, ""]:
    """``λ/2 Σ ||w||²``, whose gradient ``λ w`` is what an optimiser's ``weight_decay`` adds for ``λ``.

    Raises:
        ValueError: ``weight_decay`` is negative, or there are no weights.
    """
    if not 0 <= weight_decay < float("inf"):
        raise ValueError(f"weight_decay is {weight_decay}; it must be from 0 up, and finite")
    squares = [weight.square().sum() for weight in weights]
    if not squares:
        raise ValueError("weights is empty; there must be at least one tensor to penalise")
    return 0.5 * weight_decay * torch.stack(squares).sum()
