"""Layers that slide a window over height and width: convolution, its transpose, pooling."""

from deepdive.scratch.spatial.convolution import Conv2d as Conv2d
from deepdive.scratch.spatial.pooling import AdaptiveAvgPool2d as AdaptiveAvgPool2d
from deepdive.scratch.spatial.pooling import AvgPool2d as AvgPool2d
from deepdive.scratch.spatial.pooling import MaxPool2d as MaxPool2d
from deepdive.scratch.spatial.transposed_convolution import ConvTranspose2d as ConvTranspose2d
