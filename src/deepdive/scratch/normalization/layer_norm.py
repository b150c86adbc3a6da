"""Layer normalisation (D2L section 11.7)."""

# ruff: noqa: D102 (what forward computes is said by its class)

from collections.abc import Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_dimensions
from deepdive.scratch._arguments import checked
from deepdive.scratch._precision import autocast
from deepdive.scratch.normalization._standardize import Normalization, check_parameter_dtype, features, standardize


class LayerNorm(Normalization):
    """``y = weight (input - m) / √(v + eps) + bias`` with mean ``m`` and variance ``v`` of one example's features.

    The features are the last dimensions of the input, of shape ``normalized_shape``; so are weight and bias, which
    ``elementwise_affine=False`` leaves out, and ``bias=False`` the bias alone (Ba et al., 2016).

    Raises:
        TypeError: the input is not floating-point, or of another precision than the weight.
        ValueError: no or empty ``normalized_shape``, negative ``eps``, or an input that does not end in that shape.
    """

    @checked
    def __init__(
        self,
        normalized_shape: int | Sequence[int],
        eps: float = 1e-5,
        elementwise_affine: bool = True,
        bias: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
    ) -> None:
        shape = features(normalized_shape)
        super().__init__(shape, eps, elementwise_affine, elementwise_affine and bias, device, dtype)
        self.normalized_shape = shape
        self.elementwise_affine = elementwise_affine
        self.reset_parameters()

    @checked
    @autocast(cuda="single")
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        check_dimensions("input", input, "*", *self.normalized_shape)
        check_parameter_dtype(input, "weight", self.weight)
        x_hat, _, _ = standardize(input, list(range(-len(self.normalized_shape), 0)), self.eps)
        return self.scaled(x_hat, self.normalized_shape).to(input.dtype)

    def extra_repr(self) -> str:
        return (
            f"{self.normalized_shape}, eps={self.eps}, elementwise_affine={self.elementwise_affine}, "
            f"bias={self.bias is not None}"
        )
