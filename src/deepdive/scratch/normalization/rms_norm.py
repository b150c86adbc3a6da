"""Normalisation by the root mean square."""

# ruff: noqa: D102 (what forward computes is said by its class)

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn import Module, Parameter

from deepdive.checks import check_dimensions
from deepdive.scratch import init
from deepdive.scratch._arguments import checked
from deepdive.scratch._precision import autocast, in_single
from deepdive.scratch.normalization._standardize import check_eps, features


class RMSNorm(Module):
    """``y = weight x / √(mean(x²) + eps)`` over one example's features: a ``LayerNorm`` that takes off no mean.

    The features are the last dimensions of the input, of shape ``normalized_shape``; so is the weight, which
    ``elementwise_affine=False`` leaves out. Without ``eps`` it is the smallest step of the type that is computed in,
    1.2e-7 or, in double precision, 2.2e-16 (Zhang and Sennrich, 2019).

    Raises:
        TypeError: the input is not floating-point.
        ValueError: no or empty ``normalized_shape``, negative ``eps``, or an input that does not end in that shape.
    """

    weight: Tensor | None

    @checked
    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float | None = None,
        elementwise_affine: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        super().__init__()
        if eps is not None:
            check_eps(eps)
        self.normalized_shape = features(normalized_shape)
        self.eps = eps
        self.elementwise_affine = elementwise_affine
        weight = (
            Parameter(torch.empty(self.normalized_shape, device=device, dtype=dtype)) if elementwise_affine else None
        )
        self.weight = weight
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """The scale back to 1."""
        if self.weight is not None:
            init.ones_(self.weight)

    @checked
    @autocast()
    def forward(self, x: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        check_dimensions("x", x, "*", *self.normalized_shape)
        dims = list(range(-len(self.normalized_shape), 0))
        p = in_single(x)
        eps = torch.finfo(p.dtype).eps if self.eps is None else self.eps
        y = p * torch.rsqrt((p * p).mean(dims, keepdim=True) + eps)
        return (y if self.weight is None else y * self.weight).to(x.dtype)

    def extra_repr(self) -> str:
        return f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}"
