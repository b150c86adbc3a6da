"""What classifiers and regressions need, put together from the other operations (D2L sections 3.1, 4.1, 4.5)."""

import numpy as np
from jaxtyping import Float, Int

from deepdive.scratch.autograd._recording import Operand, as_operand
from deepdive.scratch.autograd.operations.reductions import logsumexp
from deepdive.scratch.autograd.tensor import Tensor


def log_softmax(x: Float[Tensor, "..."], axis: int = -1) -> Float[Tensor, "..."]:
    """``yᵢ = xᵢ - log Σⱼ exp(xⱼ)``, finite for logits of any size."""
    return x - logsumexp(x, axis, keepdims=True)


def softmax(x: Float[Tensor, "..."], axis: int = -1) -> Float[Tensor, "..."]:
    """``yᵢ = exp(xᵢ) / Σⱼ exp(xⱼ)``: positive, of sum 1."""
    return log_softmax(x, axis).exp()


def cross_entropy(
    logits: Float[Tensor, "batch classes"], labels: Int[Tensor, " batch"] | Int[np.ndarray, " batch"]
) -> Float[Tensor, ""]:
    """``l = -1/n Σᵢ log softmax(logitsᵢ)[labelsᵢ]`` for labels in [0, classes).

    Raises:
        ValueError: a label is out of range, or there are none.
    """
    picked = as_operand("cross_entropy", labels)
    n, classes = logits.shape
    if n == 0:
        raise ValueError("cross_entropy of no examples is not defined")
    low, high = picked._data.min(), picked._data.max()
    if low < 0 or high >= classes:
        raise ValueError(f"labels must lie in [0, {classes}), got {low if low < 0 else high}")
    return -log_softmax(logits)[np.arange(n), picked].mean()


def mse(y_hat: Operand, y: Operand) -> Float[Tensor, ""]:
    """``l = 1/n Σᵢ (ŷᵢ - yᵢ)²``.

    Raises:
        ValueError: shapes differ: ``(n, 1)`` against ``(n,)`` is rarely meant.
    """
    y_hat, y = as_operand("mse", y_hat), as_operand("mse", y)
    if y_hat.shape != y.shape:
        raise ValueError(f"mse: shapes must be equal, got {y_hat.shape} and {y.shape}")
    return ((y_hat - y) ** 2).mean()
