"""Softmax and its relatives as functions: stable for logits of any size (textbook sections 4.1 and 4.5).

``log Σⱼ exp(xⱼ) = m + log Σⱼ exp(xⱼ - m)`` for any ``m``; with ``m = max x`` no ``exp`` overflows, and one of the terms
is 1, so that the logarithm is finite. Everything here is that identity. A logit of -inf is a class ruled out: its
probability and its gradient are 0.
"""

import warnings

import torch
from jaxtyping import Float, Int64
from torch import Tensor


def logsumexp(input: Float[Tensor, "..."], dim: int, keepdim: bool = False) -> Float[Tensor, "..."]:
    """``log Σⱼ exp(inputⱼ)`` along ``dim``; -inf where all are -inf, and its gradient is ``softmax(input)``."""
    m = input.detach().amax(dim, keepdim=True)
    m = torch.where(m.isfinite(), m, 0.0)  # inf - inf is no number
    y = m + (input - m).exp().sum(dim, keepdim=True).log()
    return y if keepdim else y.squeeze(dim)


def softmax(input: Float[Tensor, "..."], dim: int | None = None) -> Float[Tensor, "..."]:
    """``yᵢ = exp(inputᵢ) / Σⱼ exp(inputⱼ)`` along ``dim``: positive, of sum 1; NaN where all are -inf."""
    dim = _implicit_dim(input) if dim is None else dim
    e = torch.exp(_shifted(input, dim))
    return e / e.sum(dim, keepdim=True)


def log_softmax(input: Float[Tensor, "..."], dim: int | None = None) -> Float[Tensor, "..."]:
    """``yᵢ = inputᵢ - log Σⱼ exp(inputⱼ)`` along ``dim``, finite for any finite input."""
    dim = _implicit_dim(input) if dim is None else dim
    shifted = _shifted(input, dim)
    return shifted - shifted.exp().sum(dim, keepdim=True).log()


def one_hot(tensor: Int64[Tensor, "*shape"], num_classes: int = -1) -> Int64[Tensor, "*shape classes"]:
    """``y[..., c] = 1 if tensor[...] = c else 0``; with ``num_classes=-1`` there are as many as the largest needs.

    Raises:
        ValueError: a class is negative or not below ``num_classes`` (checked on the CPU; a GPU reports it by itself),
            or there is none to tell the number of classes from.
    """
    if num_classes == -1:
        if tensor.numel() == 0:
            raise ValueError("num_classes is -1, but an empty tensor does not tell how many classes there are")
        num_classes = int(tensor.max()) + 1
    if num_classes < 1:
        raise ValueError(f"num_classes must be at least 1, or -1 for as many as needed, got {num_classes}")
    # Reading a value off a GPU would stall it, and compiled code checks its indices by itself.
    if tensor.device.type == "cpu" and not torch.compiler.is_compiling() and tensor.numel():
        low, high = tensor.aminmax()
        if low < 0 or high >= num_classes:
            raise ValueError(f"tensor must hold classes in [0, {num_classes}), got {int(low if low < 0 else high)}")
    return (tensor.unsqueeze(-1) == torch.arange(num_classes, device=tensor.device)).long()


def _shifted(x: Tensor, dim: int) -> Tensor:
    """Softmax does not change when a constant is taken off; with the largest one no ``exp`` overflows."""
    return x - x.amax(dim, keepdim=True).detach()


def _implicit_dim(x: Tensor) -> int:
    warnings.warn("softmax without dim guesses the dimension, as the library does; say dim=...", stacklevel=3)
    return 0 if x.ndim in (0, 1, 3) else 1
