"""Batch normalisation (D2L section 8.5)."""

# ruff: noqa: D102 (what forward computes is said by its class)

from typing import ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.scratch._arguments import checked
from deepdive.scratch._precision import autocast
from deepdive.scratch.normalization._channels import ChannelNorm
from deepdive.scratch.normalization._standardize import standardize


class _BatchNorm(ChannelNorm):
    """Over all dimensions but the second, the channels; see ``BatchNorm2d``."""

    @checked
    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device, dtype, bias)

    @autocast()
    def _normalize(self, x: Tensor) -> Tensor:
        self.check(x)
        shape = (1, -1, *[1] * (x.ndim - 2))
        x_hat = self.by_running(x, shape)
        if x_hat is None:
            n = x.numel() // self.num_features
            self.check_several(x, n, "channel")
            x_hat, m, v = standardize(x, [d for d in range(x.ndim) if d != 1], self.eps)
            if self.training:
                self._track(m.flatten(), v.flatten(), n)
        return self.scaled(x_hat, shape).to(x.dtype)

    @torch.no_grad()
    def _track(self, m: Tensor, v: Tensor, n: int) -> None:
        """Running statistics, the variance being the unbiased one of ``n`` values."""
        if self.running_mean is None or self.running_var is None or self.num_batches_tracked is None:
            return
        self.num_batches_tracked.add_(1)
        if n == 0:
            return
        momentum = 1 / self.num_batches_tracked.to(m.dtype) if self.momentum is None else self.momentum
        for running, batch in ((self.running_mean, m), (self.running_var, v * (n / (n - 1)))):
            running.copy_((1 - momentum) * running + momentum * batch)


class BatchNorm1d(_BatchNorm):
    """``BatchNorm2d`` for inputs ``(batch, channels)`` or ``(batch, channels, length)``.

    Raises:
        ValueError: as ``BatchNorm2d``.
    """

    _layouts: ClassVar = {2: "(batch, channels)", 3: "(batch, channels, length)"}

    @checked
    def forward(self, input: Float[Tensor, "b c *length"]) -> Float[Tensor, "b c *length"]:
        return self._normalize(input)


class BatchNorm2d(_BatchNorm):
    """``y = weight (input - m) / √(v + eps) + bias`` with mean ``m`` and variance ``v`` of a channel over the batch.

    Input ``(batch, channels, height, width)``: each channel has its own mean and (biased) variance, over batch, height
    and width, and its own weight and bias. In training they are those of the batch, and are remembered:
    ``running_mean = (1 - momentum) running_mean + momentum m``, and so for ``running_var`` with the unbiased variance;
    ``momentum=None`` takes the mean over all batches so far, ``momentum = 1 / num_batches_tracked``. In evaluation they
    are the running ones, so that examples do not see each other (Ioffe and Szegedy, 2015). Without ``affine`` there is
    no weight and bias, without ``bias`` no bias; without ``track_running_stats`` nothing is remembered, and evaluation
    uses the batch.

    Raises:
        TypeError: the input is not floating-point, or of another precision than the weight.
        ValueError: a setting out of range, an input of another shape, or one value per channel where the statistics
            are those of the batch.
    """

    _layouts: ClassVar = {4: "(batch, channels, height, width)"}

    @checked
    def forward(self, input: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        return self._normalize(input)


class BatchNorm3d(_BatchNorm):
    """``BatchNorm2d`` for inputs ``(batch, channels, depth, height, width)``.

    Raises:
        ValueError: as ``BatchNorm2d``.
    """

    _layouts: ClassVar = {5: "(batch, channels, depth, height, width)"}

    @checked
    def forward(self, input: Float[Tensor, "b c d h w"]) -> Float[Tensor, "b c d h w"]:
        return self._normalize(input)
