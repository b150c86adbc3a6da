"""Batch normalisation (D2L section 8.5)."""

# ruff: noqa: D102 (what forward computes is said by its class)

from typing import Any, ClassVar

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.checks import shown
from deepdive.scratch import initialization as init
from deepdive.scratch._arguments import check_sizes, checked
from deepdive.scratch._precision import autocast, in_single
from deepdive.scratch.normalization._standardize import Normalization, check_parameter_dtype, standardize


class _BatchNorm(Normalization):
    """Over all dimensions but the second, the channels; see ``BatchNorm2d``."""

    _version = 2  # of the state dict: since then it counts batches
    _layouts: ClassVar[dict[int, str]]
    """The shapes of an input, by its number of dimensions."""
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

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
    ) -> None:
        check_sizes(num_features=num_features)
        if momentum is not None and not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be between 0 and 1, or None, got {momentum}")
        super().__init__((num_features,), eps, affine, affine, device, dtype)
        self.num_features = int(num_features)
        self.momentum = momentum
        self.affine = affine
        self.track_running_stats = track_running_stats
        mean = var = count = None
        if track_running_stats:
            mean, var = (torch.empty(num_features, device=device, dtype=dtype) for _ in range(2))
            count = torch.tensor(0, device=device)
        self.register_buffer("running_mean", mean)
        self.register_buffer("running_var", var)
        self.register_buffer("num_batches_tracked", count)
        self.reset_parameters()

    def reset_running_stats(self) -> None:
        """The running mean back to 0, the running variance to 1, after no batch."""
        if self.running_mean is not None and self.running_var is not None and self.num_batches_tracked is not None:
            init.zeros_(self.running_mean)
            init.ones_(self.running_var)
            self.num_batches_tracked.zero_()

    def reset_parameters(self) -> None:
        """The scale back to 1, the shift to 0, and no batch seen."""
        self.reset_running_stats()
        super().reset_parameters()

    @autocast()
    def _normalize(self, x: Tensor) -> Tensor:
        if x.ndim not in self._layouts or x.shape[1] != self.num_features:
            layout = " or ".join(self._layouts.values()).replace("channels", str(self.num_features))
            raise ValueError(f"input must have shape {layout}, got {shown(x.shape)}")
        for name, parameter in (("weight", self.weight), ("running_mean", self.running_mean)):
            check_parameter_dtype(x, name, parameter)
        shape = (1, -1, *[1] * (x.ndim - 2))
        if not self.training and self.running_mean is not None and self.running_var is not None:
            m, v = (in_single(s).view(shape) for s in (self.running_mean, self.running_var))
            x_hat = (x - m) * torch.rsqrt(v + self.eps)
        else:
            n = x.numel() // self.num_features
            way, instead = ("in training", "eval()") if self.training else ("without running statistics", "keep these")
            if n == 1:
                raise ValueError(
                    f"input must have more than one value per channel {way}, to take the variance of, got shape "
                    f"{shown(x.shape)}; use a larger batch, or {instead}"
                )
            if self.eps == 0:
                raise ValueError(f"eps must be positive {way}, got {self.eps}")
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

    def _load_from_state_dict(
        self,
        state_dict: dict[str, Any],
        prefix: str,
        local_metadata: dict[str, Any],
        strict: bool,
        missing_keys: list[str],
        unexpected_keys: list[str],
        error_msgs: list[str],
    ) -> None:
        """States of before 2018 do not count batches."""
        if self.num_batches_tracked is not None and local_metadata.get("version", 1) < 2:
            state_dict.setdefault(f"{prefix}num_batches_tracked", self.num_batches_tracked)
        super()._load_from_state_dict(
            state_dict, prefix, local_metadata, strict, missing_keys, unexpected_keys, error_msgs
        )

    def extra_repr(self) -> str:
        return (
            f"{self.num_features}, eps={self.eps}, momentum={self.momentum}, affine={self.affine}, "
            f"bias={self.bias is not None}, track_running_stats={self.track_running_stats}"
        )


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
    no weight and bias; without ``track_running_stats`` nothing is remembered, and evaluation uses the batch.

    Raises:
        TypeError: the input is not floating-point, or of another precision than the weight.
        ValueError: a setting out of range, an input of another shape, or one value per channel where the statistics
            are those of the batch.
    """

    _layouts: ClassVar = {4: "(batch, channels, height, width)"}

    @checked
    def forward(self, input: Float[Tensor, "b c h w"]) -> Float[Tensor, "b c h w"]:
        return self._normalize(input)
