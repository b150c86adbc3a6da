"""What slides a window over height and width: convolution, its transpose, pooling; correlation as plain functions."""

from deepdive.scratch.spatial.adaptive_pooling import AdaptiveAvgPool2d as AdaptiveAvgPool2d
from deepdive.scratch.spatial.adaptive_pooling import AdaptiveMaxPool2d as AdaptiveMaxPool2d
from deepdive.scratch.spatial.convolution import Conv2d as Conv2d
from deepdive.scratch.spatial.correlation import conv_output_size as conv_output_size
from deepdive.scratch.spatial.correlation import conv_transpose_output_size as conv_transpose_output_size
from deepdive.scratch.spatial.correlation import convolution as convolution
from deepdive.scratch.spatial.correlation import convolution_matrix as convolution_matrix
from deepdive.scratch.spatial.correlation import cross_correlation as cross_correlation
from deepdive.scratch.spatial.pooling import AvgPool2d as AvgPool2d
from deepdive.scratch.spatial.pooling import MaxPool2d as MaxPool2d
from deepdive.scratch.spatial.transposed_convolution import ConvTranspose2d as ConvTranspose2d
