"""What slides a window over one to three dimensions: convolution, its transpose, pooling, and what goes with them.

Padding, folding, other sizes; and correlation as plain functions.
"""

from deepdive.scratch.spatial.adaptive_pooling import AdaptiveAvgPool1d as AdaptiveAvgPool1d
from deepdive.scratch.spatial.adaptive_pooling import AdaptiveAvgPool2d as AdaptiveAvgPool2d
from deepdive.scratch.spatial.adaptive_pooling import AdaptiveAvgPool3d as AdaptiveAvgPool3d
from deepdive.scratch.spatial.adaptive_pooling import AdaptiveMaxPool1d as AdaptiveMaxPool1d
from deepdive.scratch.spatial.adaptive_pooling import AdaptiveMaxPool2d as AdaptiveMaxPool2d
from deepdive.scratch.spatial.adaptive_pooling import AdaptiveMaxPool3d as AdaptiveMaxPool3d
from deepdive.scratch.spatial.border_padding import CircularPad1d as CircularPad1d
from deepdive.scratch.spatial.border_padding import CircularPad2d as CircularPad2d
from deepdive.scratch.spatial.border_padding import CircularPad3d as CircularPad3d
from deepdive.scratch.spatial.border_padding import ReflectionPad1d as ReflectionPad1d
from deepdive.scratch.spatial.border_padding import ReflectionPad2d as ReflectionPad2d
from deepdive.scratch.spatial.border_padding import ReflectionPad3d as ReflectionPad3d
from deepdive.scratch.spatial.border_padding import ReplicationPad1d as ReplicationPad1d
from deepdive.scratch.spatial.border_padding import ReplicationPad2d as ReplicationPad2d
from deepdive.scratch.spatial.border_padding import ReplicationPad3d as ReplicationPad3d
from deepdive.scratch.spatial.convolution import Conv1d as Conv1d
from deepdive.scratch.spatial.convolution import Conv2d as Conv2d
from deepdive.scratch.spatial.convolution import Conv3d as Conv3d
from deepdive.scratch.spatial.correlation import conv_output_size as conv_output_size
from deepdive.scratch.spatial.correlation import conv_transpose_output_size as conv_transpose_output_size
from deepdive.scratch.spatial.correlation import convolution as convolution
from deepdive.scratch.spatial.correlation import convolution_matrix as convolution_matrix
from deepdive.scratch.spatial.correlation import cross_correlation as cross_correlation
from deepdive.scratch.spatial.folding import ChannelShuffle as ChannelShuffle
from deepdive.scratch.spatial.folding import Fold as Fold
from deepdive.scratch.spatial.folding import PixelShuffle as PixelShuffle
from deepdive.scratch.spatial.folding import PixelUnshuffle as PixelUnshuffle
from deepdive.scratch.spatial.folding import Unfold as Unfold
from deepdive.scratch.spatial.max_pooling import MaxPool1d as MaxPool1d
from deepdive.scratch.spatial.max_pooling import MaxPool2d as MaxPool2d
from deepdive.scratch.spatial.max_pooling import MaxPool3d as MaxPool3d
from deepdive.scratch.spatial.max_pooling import MaxUnpool1d as MaxUnpool1d
from deepdive.scratch.spatial.max_pooling import MaxUnpool2d as MaxUnpool2d
from deepdive.scratch.spatial.max_pooling import MaxUnpool3d as MaxUnpool3d
from deepdive.scratch.spatial.padding import ConstantPad1d as ConstantPad1d
from deepdive.scratch.spatial.padding import ConstantPad2d as ConstantPad2d
from deepdive.scratch.spatial.padding import ConstantPad3d as ConstantPad3d
from deepdive.scratch.spatial.padding import ZeroPad1d as ZeroPad1d
from deepdive.scratch.spatial.padding import ZeroPad2d as ZeroPad2d
from deepdive.scratch.spatial.padding import ZeroPad3d as ZeroPad3d
from deepdive.scratch.spatial.pooling import AvgPool1d as AvgPool1d
from deepdive.scratch.spatial.pooling import AvgPool2d as AvgPool2d
from deepdive.scratch.spatial.pooling import AvgPool3d as AvgPool3d
from deepdive.scratch.spatial.pooling import LPPool1d as LPPool1d
from deepdive.scratch.spatial.pooling import LPPool2d as LPPool2d
from deepdive.scratch.spatial.pooling import LPPool3d as LPPool3d
from deepdive.scratch.spatial.resampling import Upsample as Upsample
from deepdive.scratch.spatial.resampling import UpsamplingBilinear2d as UpsamplingBilinear2d
from deepdive.scratch.spatial.resampling import UpsamplingNearest2d as UpsamplingNearest2d
from deepdive.scratch.spatial.transposed_convolution import ConvTranspose1d as ConvTranspose1d
from deepdive.scratch.spatial.transposed_convolution import ConvTranspose2d as ConvTranspose2d
from deepdive.scratch.spatial.transposed_convolution import ConvTranspose3d as ConvTranspose3d
