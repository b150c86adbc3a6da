"""Layers that read the number of their inputs off the first batch (D2L section 6.4)."""

from deepdive.scratch.lazy.convolution import LazyConv1d as LazyConv1d
from deepdive.scratch.lazy.convolution import LazyConv2d as LazyConv2d
from deepdive.scratch.lazy.convolution import LazyConv3d as LazyConv3d
from deepdive.scratch.lazy.convolution import LazyConvTranspose1d as LazyConvTranspose1d
from deepdive.scratch.lazy.convolution import LazyConvTranspose2d as LazyConvTranspose2d
from deepdive.scratch.lazy.convolution import LazyConvTranspose3d as LazyConvTranspose3d
from deepdive.scratch.lazy.linear import LazyLinear as LazyLinear
from deepdive.scratch.lazy.normalization import LazyBatchNorm1d as LazyBatchNorm1d
from deepdive.scratch.lazy.normalization import LazyBatchNorm2d as LazyBatchNorm2d
from deepdive.scratch.lazy.normalization import LazyBatchNorm3d as LazyBatchNorm3d
from deepdive.scratch.lazy.normalization import LazyInstanceNorm1d as LazyInstanceNorm1d
from deepdive.scratch.lazy.normalization import LazyInstanceNorm2d as LazyInstanceNorm2d
from deepdive.scratch.lazy.normalization import LazyInstanceNorm3d as LazyInstanceNorm3d
