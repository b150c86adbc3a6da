"""What batch and instance normalisation share: statistics of every channel, of now or remembered."""

from typing import Any, ClassVar

import torch
from torch import Tensor

from deepdive.checks import shown
from deepdive.scratch import init
from deepdive.scratch._arguments import check_sizes
from deepdive.scratch._precision import in_single
from deepdive.scratch.normalization._standardize import Normalization, check_parameter_dtype


class ChannelNorm(Normalization):
    """A mean and a variance for every channel, the second dimension, with running ones."""

    _version = 2  # of the state dict: since then it counts batches
    _layouts: ClassVar[dict[int, str]]
    """The shapes of an input, by its number of dimensions."""
    running_mean: Tensor | None
    running_var: Tensor | None
    num_batches_tracked: Tensor | None

    def __init__(
        self,
        num_features: int,
        eps: float,
        momentum: float | None,
        affine: bool,
        track_running_stats: bool,
        device: torch.device | str | None,
        dtype: torch.dtype | None,
        bias: bool,
    ) -> None:
        check_sizes(num_features=num_features)
        if momentum is not None and not 0 <= momentum <= 1:
            raise ValueError(f"momentum must be between 0 and 1, or None, got {momentum}")
        super().__init__((num_features,), eps, affine, affine and bias, device, dtype)
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

    def check(self, x: Tensor) -> None:
        """Check the shape of an input and the dtype of what it is normalised with.

        Raises:
            TypeError: the dtype is another.
            ValueError: the shape is another.
        """
        channel = x.ndim - self._trailing(x) - 1
        if x.ndim not in self._layouts or x.shape[channel] != self.num_features:
            layout = " or ".join(self._layouts.values()).replace("channels", str(self.num_features))
            raise ValueError(f"input must have shape {layout}, got {shown(x.shape)}")
        for name, parameter in (("weight", self.weight), ("running_mean", self.running_mean)):
            check_parameter_dtype(x, name, parameter)

    def _trailing(self, x: Tensor) -> int:
        """How many dimensions come after the channels."""
        return x.ndim - 2

    def by_running(self, x: Tensor, shape: tuple[int, ...]) -> Tensor | None:
        """``x̂`` by the running statistics, where these are what evaluation takes."""
        if self.training or self.running_mean is None or self.running_var is None:
            return None
        m, v = (in_single(s).view(shape) for s in (self.running_mean, self.running_var))
        return (x - m) * torch.rsqrt(v + self.eps)

    def check_several(self, x: Tensor, n: int, words: str) -> None:
        """Check that there are ``n > 1`` values to take a variance of, which ``words`` names.

        Raises:
            ValueError: there is one alone, or ``eps`` is 0.
        """
        way, instead = ("in training", "eval()") if self.training else ("without running statistics", "keep these")
        if n == 1:
            raise ValueError(
                f"input must have more than one value per {words} {way}, to take the variance of, got shape "
                f"{shown(x.shape)}; use a larger {'batch' if words == 'channel' else 'input'}, or {instead}"
            )
        if self.eps == 0:
            raise ValueError(f"eps must be positive {way}, got {self.eps}")
