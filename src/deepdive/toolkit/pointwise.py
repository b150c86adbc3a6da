"""Activations, dropout, normalisation and other layers without a window, besides the most usual ones."""

# ruff: noqa: D102 (these are promises; the promised things have docstrings)

from typing import Literal, Protocol, runtime_checkable

from torch import nn


@runtime_checkable
class Pointwise(Protocol):
    """By their usual names."""

    def CELU(self, alpha: float = 1.0) -> nn.Module: ...

    def ELU(self, alpha: float = 1.0) -> nn.Module: ...

    def GLU(self, dim: int = -1) -> nn.Module: ...

    def SELU(self) -> nn.Module: ...

    def Hardshrink(self, lambd: float = 0.5) -> nn.Module: ...

    def Hardsigmoid(self) -> nn.Module: ...

    def Hardswish(self) -> nn.Module: ...

    def Hardtanh(self, min_val: float = -1.0, max_val: float = 1.0) -> nn.Module: ...

    def LogSigmoid(self) -> nn.Module: ...

    def Mish(self) -> nn.Module: ...

    def RReLU(self, lower: float = 1 / 8, upper: float = 1 / 3) -> nn.Module: ...

    def SiLU(self) -> nn.Module: ...

    def Softmax2d(self) -> nn.Module: ...

    def Softmin(self, dim: int | None = None) -> nn.Module: ...

    def Softplus(self, beta: float = 1.0, threshold: float = 20.0) -> nn.Module: ...

    def Softshrink(self, lambd: float = 0.5) -> nn.Module: ...

    def Softsign(self) -> nn.Module: ...

    def Tanhshrink(self) -> nn.Module: ...

    def Threshold(self, threshold: float, value: float) -> nn.Module: ...

    def CosineSimilarity(self, dim: int = 1, eps: float = 1e-08) -> nn.Module: ...

    def PairwiseDistance(self, p: float = 2.0, eps: float = 1e-06, keepdim: bool = False) -> nn.Module: ...

    def AlphaDropout(self, p: float = 0.5) -> nn.Module: ...

    def Dropout1d(self, p: float = 0.5) -> nn.Module: ...

    def Dropout2d(self, p: float = 0.5) -> nn.Module: ...

    def Dropout3d(self, p: float = 0.5) -> nn.Module: ...

    def FeatureAlphaDropout(self, p: float = 0.5) -> nn.Module: ...

    def EmbeddingBag(
        self,
        num_embeddings: int,
        embedding_dim: int,
        *,
        mode: Literal["sum", "mean", "max"] = "mean",
        include_last_offset: bool = False,
        padding_idx: int | None = None,
    ) -> nn.Module: ...

    def Bilinear(self, in1_features: int, in2_features: int, out_features: int, bias: bool = True) -> nn.Module: ...

    def BatchNorm3d(
        self,
        num_features: int,
        eps: float = 1e-05,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
    ) -> nn.Module: ...

    def InstanceNorm1d(
        self,
        num_features: int,
        eps: float = 1e-05,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
    ) -> nn.Module: ...

    def InstanceNorm2d(
        self,
        num_features: int,
        eps: float = 1e-05,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
    ) -> nn.Module: ...

    def InstanceNorm3d(
        self,
        num_features: int,
        eps: float = 1e-05,
        momentum: float = 0.1,
        affine: bool = False,
        track_running_stats: bool = False,
    ) -> nn.Module: ...

    def LocalResponseNorm(self, size: int, alpha: float = 0.0001, beta: float = 0.75, k: float = 1.0) -> nn.Module: ...

    def Unflatten(self, dim: int, unflattened_size: tuple[int, ...]) -> nn.Module: ...

    def LazyBatchNorm1d(
        self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True
    ) -> nn.Module: ...

    def LazyBatchNorm2d(
        self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True
    ) -> nn.Module: ...

    def LazyBatchNorm3d(
        self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True
    ) -> nn.Module: ...

    def LazyInstanceNorm1d(
        self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True
    ) -> nn.Module: ...

    def LazyInstanceNorm2d(
        self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True
    ) -> nn.Module: ...

    def LazyInstanceNorm3d(
        self, eps: float = 1e-05, momentum: float = 0.1, affine: bool = True, track_running_stats: bool = True
    ) -> nn.Module: ...
