"""Instance normalisation: every channel of every example by itself."""

# ruff: noqa: D102 (what forward computes is said by its class)

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.scratch._arguments import checked
from deepdive.scratch._precision import autocast
from deepdive.scratch.normalization._channels import ChannelNorm
from deepdive.scratch.normalization._standardize import standardize


class _InstanceNorm(ChannelNorm):
    """Over the last ``_n`` dimensions; see ``InstanceNorm2d``."""

    _n: ClassVar[int]

    @checked
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias)

    def _trailing(self, x: Tensor) -> int:
        return self._n

    @autocast()
    def _normalize(self, input: Tensor) -> Tensor:
        self.check(input)
        x = input.unsqueeze(0) if input.ndim == self._n + 1 else input
        shape = (1, -1, *[1] * self._n)
        x_hat = self.by_running(x, shape)
        if x_hat is None:
            n = x.shape[2:].numel()
            self.check_several(input, n, "instance")
            x_hat, m, v = standardize(x, list(range(2, x.ndim)), self.eps)
            if self.training:
                self._track(m, v, n)
        return self.scaled(x_hat, shape).to(input.dtype).view(input.shape)

    @torch.no_grad()
    def _track(self, m: Tensor, v: Tensor, n: int) -> None:
        """Running statistics: the mean over the batch, the variance being the unbiased one of ``n`` values."""
        if self.running_mean is None or self.running_var is None or not m.numel() or n == 0:
            return
        momentum = self.momentum or 0.0
        for running, instances in ((self.running_mean, m), (self.running_var, v * (n / (n - 1)))):
            running.copy_((1 - momentum) * running + momentum * instances.mean(0).flatten())


class InstanceNorm1d(_InstanceNorm):
    """``InstanceNorm2d`` for inputs ``(batch, channels, length)``, or without batch.

    Raises:
        ValueError: as ``InstanceNorm2d``.
    """

    _n = 1
    _layouts: ClassVar = {2: "(channels, length)", 3: "(batch, channels, length)"}

    @checked
    def forward(self, input: Float[Tensor, "*batch c length"]) -> Float[Tensor, "*batch c length"]:
        return self._normalize(input)


class InstanceNorm2d(_InstanceNorm):
    """``y = weight (input - m) / √(v + eps) + bias`` with mean ``m`` and variance ``v`` of one channel of one example.

    Input ``(batch, channels, height, width)`` or without batch: the mean and the (biased) variance are over height and
    width. With ``affine`` there is a weight and, with ``bias``, a bias for each channel. With ``track_running_stats``
    the means over the batch are remembered, ``running_mean = (1 - momentum) running_mean + momentum m``, and take their
    place in evaluation (Ulyanov et al., 2016).

    Raises:
        TypeError: the input is not floating-point, or of another precision than the weight.
        ValueError: a setting out of range, an input of another shape, or of one value per channel.
    """

    _n = 2
    _layouts: ClassVar = {3: "(channels, height, width)", 4: "(batch, channels, height, width)"}

    @checked
    def forward(self, input: Float[Tensor, "*batch c h w"]) -> Float[Tensor, "*batch c h w"]:
        return self._normalize(input)


class InstanceNorm3d(_InstanceNorm):
    """``InstanceNorm2d`` for inputs ``(batch, channels, depth, height, width)``, or without batch.

    Raises:
        ValueError: as ``InstanceNorm2d``.
    """

    _n = 3
    _layouts: ClassVar = {4: "(channels, depth, height, width)", 5: "(batch, channels, depth, height, width)"}

    @checked
    def forward(self, input: Float[Tensor, "*batch c d h w"]) -> Float[Tensor, "*batch c d h w"]:
        return self._normalize(input)
