"""Group normalisation: independent of the batch, as layer normalisation, but for images."""

# ruff: noqa: D102 (what forward computes is said by its class)

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import shown
from deepdive.scratch._arguments import check_sizes, checked
from deepdive.scratch._precision import autocast
from deepdive.scratch.normalization._standardize import Normalization, check_parameter_dtype, standardize


class GroupNorm(Normalization):
    """``y = weight (input - m) / √(v + eps) + bias`` with mean ``m`` and variance ``v`` of a group of channels.

    Input ``(batch, channels, ...)``: in each example, ``num_groups`` equal groups of neighbouring channels, each with
    its mean and (biased) variance over the group and all that follows; weight and bias are one per channel, without
    ``affine`` there are none, without ``bias`` no bias. One group
    is ``LayerNorm`` but for them, one channel per group is instance normalisation (Wu and He, 2018).

    Raises:
        TypeError: the input is not floating-point, or of another precision than the weight.
        ValueError: ``num_groups`` does not divide ``num_channels``, negative ``eps``, an input of another number of
            channels, or of a single value per group in a batch of one.
    """

    @checked
    def __init__(
        self,
        num_groups: int,
        num_channels: int,
        eps: float = 1e-5,
        affine: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        check_sizes(num_groups=num_groups, num_channels=num_channels)
        if num_groups < 1 or num_channels < 1 or num_channels % num_groups:
            raise ValueError(f"num_groups must be positive and divide num_channels={num_channels}, got {num_groups}")
        super().__init__((num_channels,), eps, affine, affine and bias, device, dtype)
        self.num_groups, self.num_channels = int(num_groups), int(num_channels)
        self.affine = affine
        self.reset_parameters()

    @checked
    @autocast(cuda="single")
    def forward(self, input: Float[Tensor, "b c *rest"]) -> Float[Tensor, "b c *rest"]:
        if input.ndim < 2 or input.shape[1] != self.num_channels:
            raise ValueError(f"input must have shape (batch, {self.num_channels}, ...), got {shown(input.shape)}")
        if input.numel() == self.num_groups:
            raise ValueError(f"input must have more than one value per group, got shape {shown(input.shape)}")
        check_parameter_dtype(input, "weight", self.weight)
        groups = input.unflatten(1, (self.num_groups, self.num_channels // self.num_groups))  # (b, g, c / g, ...)
        x_hat, _, _ = standardize(groups, list(range(2, groups.ndim)), self.eps)
        return self.scaled(x_hat.flatten(1, 2), (1, -1, *[1] * (input.ndim - 2))).to(input.dtype)

    def extra_repr(self) -> str:
        return (
            f"{self.num_groups}, {self.num_channels}, eps={self.eps}, affine={self.affine}, "
            f"bias={self.bias is not None}"
        )
