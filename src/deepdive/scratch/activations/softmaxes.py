"""Numbers that become probabilities along a dimension (D2L section 4.1)."""

# ruff: noqa: D102 (what forward computes is said by its class)

from jaxtyping import Float
from torch import Tensor
from torch.nn import Module

from deepdive.checks import shown
from deepdive.scratch._arguments import checked
from deepdive.scratch.functional import log_softmax, softmax


class _AlongDim(Module):
    """What acts along one dimension, which the library's old rule chooses if none is named."""

    @checked
    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmax(_AlongDim):
    """``yᵢ = exp(inputᵢ) / Σⱼ exp(inputⱼ)`` along ``dim``."""

    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return softmax(input, self.dim)


class LogSoftmax(_AlongDim):
    """``yᵢ = inputᵢ - log Σⱼ exp(inputⱼ)`` along ``dim``."""

    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return log_softmax(input, self.dim)


class Softmin(_AlongDim):
    """``yᵢ = exp(-inputᵢ) / Σⱼ exp(-inputⱼ)`` along ``dim``."""

    @checked
    def forward(self, input: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
        return softmax(-input, self.dim)


class Softmax2d(Module):
    """``y[c, i, j] = exp(input[c, i, j]) / Σₖ exp(input[k, i, j])``: over the channels, at every pixel.

    Raises:
        ValueError: the input is not ``(batch, channels, height, width)`` or, without batch, of 3 dimensions.
    """

    @checked
    def forward(self, input: Float[Tensor, "*batch c h w"]) -> Float[Tensor, "*batch c h w"]:
        if input.ndim not in (3, 4):
            raise ValueError(
                f"input must have shape (batch, channels, height, width) or, without batch, (channels, height, width), "
                f"got {shown(input.shape)}"
            )
        return softmax(input, -3)
