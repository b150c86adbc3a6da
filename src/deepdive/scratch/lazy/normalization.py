"""Normalisations that read the number of their channels off the first batch."""

# The library's mixin declares its own methods in a way that no class satisfies for a type checker.
# pyright: reportAttributeAccessIssue=false, reportCallIssue=false, reportIncompatibleVariableOverride=false

import torch
from jaxtyping import Float
from torch import Tensor
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedBuffer, UninitializedParameter

from deepdive.checks import shown
from deepdive.scratch._arguments import checked
from deepdive.scratch.normalization._channels import ChannelNorm
from deepdive.scratch.normalization.batch_norm import BatchNorm1d, BatchNorm2d, BatchNorm3d
from deepdive.scratch.normalization.instance_norm import InstanceNorm1d, InstanceNorm2d, InstanceNorm3d


class _LazyNorm(LazyModuleMixin, ChannelNorm):
    """Parameters and running statistics of channels, of which the first input tells the number."""

    weight: UninitializedParameter | None
    bias: UninitializedParameter | None

    @checked
    def __init__(
        self,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        device: torch.device | str | None = None,
        dtype: torch.dtype | None = None,
        *,
        bias: bool = True,
    ) -> None:
        super().__init__(1, eps, momentum, False, False)
        self.num_features = 0
        self.affine = affine
        self.track_running_stats = track_running_stats
        if affine:
            self.weight = UninitializedParameter(device=device, dtype=dtype)
            self.bias = UninitializedParameter(device=device, dtype=dtype) if bias else None
        if track_running_stats:
            self.running_mean = UninitializedBuffer(device=device, dtype=dtype)
            self.running_var = UninitializedBuffer(device=device, dtype=dtype)
            self.num_batches_tracked = torch.tensor(0, device=device)

    def reset_parameters(self) -> None:
        """The scale back to 1, the shift to 0, and no batch seen, once there is their size."""
        if not self.has_uninitialized_params() and self.num_features:
            super().reset_parameters()

    @checked
    def initialize_parameters(self, input: Float[Tensor, "..."]) -> None:
        """Give parameters and statistics the size that the first input asks for."""
        known = [x for x in (self.weight, self.bias, self.running_mean, self.running_var) if x is not None]
        if not self.has_uninitialized_params():  # they came from a saved state
            if known:
                self.num_features = len(known[0])
            else:
                self.num_features = self._channels(input)
            return
        self.num_features = self._channels(input)
        for x in known:
            x.materialize((self.num_features,))
        self.reset_parameters()

    def _channels(self, x: Tensor) -> int:
        channel = x.ndim - self._trailing(x) - 1
        if x.ndim not in self._layouts or x.shape[channel] == 0:
            layout = " or ".join(self._layouts.values())
            raise ValueError(f"input must have shape {layout} and at least one channel, got {shown(x.shape)}")
        return x.shape[channel]


class LazyBatchNorm1d(_LazyNorm, BatchNorm1d):
    """A ``BatchNorm1d`` whose ``num_features`` is read off the first input; then it becomes a ``BatchNorm1d``.

    Raises:
        ValueError: parameters are computed with before the first input, or this one has another shape.
    """

    cls_to_become = BatchNorm1d


class LazyBatchNorm2d(_LazyNorm, BatchNorm2d):
    """A ``BatchNorm2d`` whose ``num_features`` is read off the first input; then it becomes a ``BatchNorm2d``.

    Raises:
        ValueError: parameters are computed with before the first input, or this one has another shape.
    """

    cls_to_become = BatchNorm2d


class LazyBatchNorm3d(_LazyNorm, BatchNorm3d):
    """A ``BatchNorm3d`` whose ``num_features`` is read off the first input; then it becomes a ``BatchNorm3d``.

    Raises:
        ValueError: parameters are computed with before the first input, or this one has another shape.
    """

    cls_to_become = BatchNorm3d


class LazyInstanceNorm1d(_LazyNorm, InstanceNorm1d):
    """An ``InstanceNorm1d`` whose ``num_features`` is read off the first input; then it becomes an ``InstanceNorm1d``.

    Raises:
        ValueError: parameters are computed with before the first input, or this one has another shape.
    """

    cls_to_become = InstanceNorm1d


class LazyInstanceNorm2d(_LazyNorm, InstanceNorm2d):
    """An ``InstanceNorm2d`` whose ``num_features`` is read off the first input; then it becomes an ``InstanceNorm2d``.

    Raises:
        ValueError: parameters are computed with before the first input, or this one has another shape.
    """

    cls_to_become = InstanceNorm2d


class LazyInstanceNorm3d(_LazyNorm, InstanceNorm3d):
    """An ``InstanceNorm3d`` whose ``num_features`` is read off the first input; then it becomes an ``InstanceNorm3d``.

    Raises:
        ValueError: parameters are computed with before the first input, or this one has another shape.
    """

    cls_to_become = InstanceNorm3d
