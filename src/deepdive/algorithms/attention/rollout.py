"""What a transformer attends to in the end: attention rolled out over its layers."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.signatures import checked


@checked
def attention_rollout(
    weights: Float[Tensor, "depth *batch heads tokens tokens"], *, residual: float = 0.5
) -> Float[Tensor, "*batch tokens tokens"]:
    """``R = A_L ... A_2 A_1`` with ``A_l = (1 - r) mean_h(W_l) + r I``, ``r`` being ``residual``.

    Row ``i`` says how much of token ``i`` of the last layer comes from each token of the input, if every layer mixed
    tokens as its attention says, and passed the fraction ``r`` of it on unchanged. Every row sums to 1, as the rows of
    the ``weights`` do (Abnar and Zuidema, 2020, section 3, with r = 1/2).

    Raises:
        ValueError: ``residual`` is not from 0 to 1, or there is no layer.
    """
    if not 0 <= residual <= 1:
        raise ValueError(f"residual must be from 0 to 1, got {residual}")
    if not len(weights):
        raise ValueError("weights has no layer; there must be at least 1")
    mixing = (1 - residual) * weights.mean(dim=-3)  # (depth, *batch, tokens, tokens)
    mixing = mixing + residual * torch.eye(mixing.shape[-1], dtype=mixing.dtype, device=mixing.device)
    rolled = mixing[0]
    for layer in mixing[1:]:
        rolled = layer @ rolled
    return rolled
