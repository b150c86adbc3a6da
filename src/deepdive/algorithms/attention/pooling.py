"""Attention pooling: regression by weighted means (D2L section 11.2; Nadaraya, 1964; Watson, 1964)."""

import torch
from jaxtyping import Bool, Float
from torch import Tensor

from deepdive.algorithms.attention.kernels import get_kernel
from deepdive.algorithms.attention.masks import masked_softmax
from deepdive.checks import check_finite, check_not_empty
from deepdive.signatures import checked


@checked
def attention_pool(
    queries: Float[Tensor, "q *d"],
    keys: Float[Tensor, "k *d"],
    values: Float[Tensor, "k *v"],
    kernel: str = "gaussian",
    bandwidth: float | Float[Tensor, ""] = 1.0,
    allowed: Bool[Tensor, "#q #k"] | None = None,
) -> tuple[Float[Tensor, "q *v"], Float[Tensor, "q k"]]:
    """``y_q = Σ_k α_qk v_k``, ``α_qk = K(|q - k| / h) / Σ_j K(|q - j| / h)``: estimates, and the weights.

    ``α_q = softmax(log K)``, so this is attention with a score that has nothing to learn but ``h``. A query at which
    every kernel is 0 has weights of 0 and the estimate 0: take the mean off the values, and it is the mean.

    Args:
        queries: where values are asked for, numbers or points.
        keys: where they are known.
        values: what is known, numbers or vectors.
        kernel: the name of ``K``, see `KERNELS`.
        bandwidth: ``h``, above 0.
        allowed: true where a query may attend; everywhere if not given.

    Raises:
        ValueError: there is no such kernel, ``bandwidth`` is not above 0, or a query or key is not finite.
    """
    score = get_kernel(kernel)
    check_not_empty("keys", keys)
    check_finite("queries", queries)  # NaN would be a query that sees nothing, or a key that is not there
    check_finite("keys", keys)
    if not bandwidth > 0:
        raise ValueError(f"bandwidth must be above 0, got {float(bandwidth):g}")
    between = queries.unsqueeze(1) - keys  # (q, k, *d)
    distance = between.abs() if between.ndim == 2 else between.flatten(2).norm(dim=2)
    scores = score(distance / (bandwidth if isinstance(bandwidth, Tensor) else float(bandwidth)))
    seen = scores > -torch.inf
    weights = masked_softmax(scores.unsqueeze(0), seen if allowed is None else seen & allowed).squeeze(0)
    return torch.tensordot(weights, values, dims=1), weights


@checked
def leave_one_out(
    keys: Float[Tensor, "n *d"],
    values: Float[Tensor, "n *v"],
    kernel: str = "gaussian",
    bandwidth: float | Float[Tensor, ""] = 1.0,
) -> Float[Tensor, "n *v"]:
    """What `attention_pool` says at each key from all the other ones.

    The mean squared difference to the values estimates the error at new places, in one pass over the pairs (Stone,
    1974).

    Raises:
        ValueError: there are fewer than two keys, or as for `attention_pool`.
    """
    n = len(keys)
    if n < 2:
        raise ValueError(f"keys must be at least 2 to leave one out, got {n}")
    others = ~torch.eye(n, dtype=torch.bool, device=keys.device)
    return attention_pool(keys, keys, values, kernel, bandwidth, others)[0]
