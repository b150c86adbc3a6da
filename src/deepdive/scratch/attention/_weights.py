"""From scores to weights."""

import torch
from jaxtyping import Float
from torch import Tensor


def scores_to_weights(scores: Float[Tensor, "*b q k"]) -> Float[Tensor, "*b q k"]:
    """``softmax(scores)`` over keys; 0 in a row of nothing but -inf, and its gradient is 0 there."""
    m = scores.detach().amax(dim=-1, keepdim=True)
    e = (scores - torch.where(m.isfinite(), m, 0.0)).exp()
    total = e.sum(dim=-1, keepdim=True)
    return e / torch.where(total == 0, 1.0, total)
