"""Softmax and its relatives as functions: stable for logits of any size (D2L sections 4.1 and 4.5).

``log Σⱼ exp(xⱼ) = m + log Σⱼ exp(xⱼ - m)`` for any ``m``; with ``m = max x`` no ``exp`` overflows, and one of the terms
is 1, so that the logarithm is finite. Everything here is that identity. A logit of -inf is a class ruled out: its
probability and its gradient are 0. Half precision is computed in single precision and then rounded.
"""

import warnings

import torch
from jaxtyping import Bool, Float, Int64, Real
from torch import Tensor

from deepdive.scratch._arguments import check_dim, checked, described, is_integer
from deepdive.scratch._precision import autocast, floating, in_single

Dimensions = int | tuple[int, ...] | list[int]


@checked
@autocast(cuda="single")
def logsumexp(
    input: Real[Tensor, "..."] | Bool[Tensor, "..."], dim: Dimensions, keepdim: bool = False
) -> Float[Tensor, "..."]:
    """``log Σⱼ exp(inputⱼ)`` along ``dim``; -inf where all are -inf, and its gradient is ``softmax(input)``.

    Raises:
        TypeError: the input is complex, or ``dim`` is neither an integer nor several.
        ValueError: there is no such dimension.
    """
    dims = tuple(dim) if isinstance(dim, tuple | list) else (dim,)
    for d in dims:
        if not is_integer(d):
            raise TypeError(f"dim must be an integer or several, got {described(dim)}")
        check_dim("dim", d, input.ndim)
    if not dims or len({int(d) % max(input.ndim, 1) for d in dims}) < len(dims):
        raise ValueError(f"dim must be one dimension or several different ones, got {dim}")
    x = floating(input)
    p = in_single(x)
    m = _largest(p, dims)
    m = torch.where(m.isfinite(), m, 0.0)  # inf - inf is no number
    y = m + (p - m).exp().sum(dims, keepdim=True).log()
    return (y if keepdim else y.squeeze(dims)).to(x.dtype)


@checked
@autocast(cuda="single")
def softmax(input: Float[Tensor, "..."], dim: int | None = None) -> Float[Tensor, "..."]:
    """``yᵢ = exp(inputᵢ) / Σⱼ exp(inputⱼ)`` along ``dim``: positive, of sum 1; NaN where all are -inf.

    Raises:
        TypeError: the input is not floating-point, or ``dim`` is no integer.
        ValueError: there is no such dimension.
    """
    dim = _dim(input, dim)
    e = torch.exp(_shifted(input, dim))
    return (e / e.sum(dim, keepdim=True)).to(input.dtype)


@checked
@autocast(cuda="single")
def log_softmax(input: Float[Tensor, "..."], dim: int | None = None) -> Float[Tensor, "..."]:
    """``yᵢ = inputᵢ - log Σⱼ exp(inputⱼ)`` along ``dim``, finite for any finite input.

    Raises:
        TypeError: the input is not floating-point, or ``dim`` is no integer.
        ValueError: there is no such dimension.
    """
    dim = _dim(input, dim)
    shifted = _shifted(input, dim)
    return (shifted - shifted.exp().sum(dim, keepdim=True).log()).to(input.dtype)


@checked
def one_hot(tensor: Int64[Tensor, "*shape"], num_classes: int = -1) -> Int64[Tensor, "*shape classes"]:
    """``y[..., c] = 1 if tensor[...] = c else 0``; with ``num_classes=-1`` there are as many as the largest needs.

    Raises:
        TypeError: the classes are not of dtype int64.
        ValueError: a class is negative or not below ``num_classes`` (checked on the CPU; a GPU reports it by itself),
            or there is none to tell the number of classes from.
    """
    if num_classes == -1:
        if tensor.numel() == 0:
            raise ValueError("num_classes must be given for an empty tensor, got -1")
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
    p = in_single(x)
    return p - _largest(p, (dim,))


def _largest(x: Tensor, dims: tuple[int, ...] | list[int]) -> Tensor:
    """The largest number along ``dims``, without its gradient; 0 where there is none."""
    if not x.numel():
        return x.detach().sum(dims, keepdim=True)
    return x.detach().amax(dims, keepdim=True)


def _dim(x: Tensor, dim: int | None) -> int:
    if dim is None:
        warnings.warn("softmax without dim guesses the dimension, as the library does; say dim=...", stacklevel=3)
        return 0 if x.ndim in (0, 1, 3) else 1
    check_dim("dim", dim, x.ndim)
    return dim
