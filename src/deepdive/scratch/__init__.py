"""The from-scratch toolkit: names, signatures and numbers of ``torch.nn``, every equation visible.

Give it to a network, ``LeNet(nn=deepdive.scratch)``, or use a part alone, ``scratch.Conv2d(1, 6, 5)``. Only containers
come from the library. ``scratch.init``, ``scratch.functional``, ``scratch.optim`` and ``scratch.utils`` mirror those of
``torch``.
"""

from torch.nn import Module as Module
from torch.nn import ModuleDict as ModuleDict
from torch.nn import ModuleList as ModuleList
from torch.nn import Parameter as Parameter
from torch.nn import ParameterDict as ParameterDict
from torch.nn import ParameterList as ParameterList
from torch.nn import Sequential as Sequential

from deepdive.scratch import autograd as autograd
from deepdive.scratch import functional as functional
from deepdive.scratch import init
from deepdive.scratch import optim as optim
from deepdive.scratch import utils as utils
from deepdive.scratch.activations import CELU as CELU
from deepdive.scratch.activations import ELU as ELU
from deepdive.scratch.activations import GELU as GELU
from deepdive.scratch.activations import GLU as GLU
from deepdive.scratch.activations import SELU as SELU
from deepdive.scratch.activations import Hardshrink as Hardshrink
from deepdive.scratch.activations import Hardsigmoid as Hardsigmoid
from deepdive.scratch.activations import Hardswish as Hardswish
from deepdive.scratch.activations import Hardtanh as Hardtanh
from deepdive.scratch.activations import LeakyReLU as LeakyReLU
from deepdive.scratch.activations import LogSigmoid as LogSigmoid
from deepdive.scratch.activations import LogSoftmax as LogSoftmax
from deepdive.scratch.activations import Mish as Mish
from deepdive.scratch.activations import PReLU as PReLU
from deepdive.scratch.activations import ReLU as ReLU
from deepdive.scratch.activations import ReLU6 as ReLU6
from deepdive.scratch.activations import RReLU as RReLU
from deepdive.scratch.activations import Sigmoid as Sigmoid
from deepdive.scratch.activations import SiLU as SiLU
from deepdive.scratch.activations import Softmax as Softmax
from deepdive.scratch.activations import Softmax2d as Softmax2d
from deepdive.scratch.activations import Softmin as Softmin
from deepdive.scratch.activations import Softplus as Softplus
from deepdive.scratch.activations import Softshrink as Softshrink
from deepdive.scratch.activations import Softsign as Softsign
from deepdive.scratch.activations import Tanh as Tanh
from deepdive.scratch.activations import Tanhshrink as Tanhshrink
from deepdive.scratch.activations import Threshold as Threshold
from deepdive.scratch.attention import MultiheadAttention as MultiheadAttention
from deepdive.scratch.distances import CosineSimilarity as CosineSimilarity
from deepdive.scratch.distances import PairwiseDistance as PairwiseDistance
from deepdive.scratch.dropout import AlphaDropout as AlphaDropout
from deepdive.scratch.dropout import Dropout as Dropout
from deepdive.scratch.dropout import Dropout1d as Dropout1d
from deepdive.scratch.dropout import Dropout2d as Dropout2d
from deepdive.scratch.dropout import Dropout3d as Dropout3d
from deepdive.scratch.dropout import FeatureAlphaDropout as FeatureAlphaDropout
from deepdive.scratch.embedding import Embedding as Embedding
from deepdive.scratch.embedding_bag import EmbeddingBag as EmbeddingBag
from deepdive.scratch.lazy import LazyBatchNorm1d as LazyBatchNorm1d
from deepdive.scratch.lazy import LazyBatchNorm2d as LazyBatchNorm2d
from deepdive.scratch.lazy import LazyBatchNorm3d as LazyBatchNorm3d
from deepdive.scratch.lazy import LazyConv1d as LazyConv1d
from deepdive.scratch.lazy import LazyConv2d as LazyConv2d
from deepdive.scratch.lazy import LazyConv3d as LazyConv3d
from deepdive.scratch.lazy import LazyConvTranspose1d as LazyConvTranspose1d
from deepdive.scratch.lazy import LazyConvTranspose2d as LazyConvTranspose2d
from deepdive.scratch.lazy import LazyConvTranspose3d as LazyConvTranspose3d
from deepdive.scratch.lazy import LazyInstanceNorm1d as LazyInstanceNorm1d
from deepdive.scratch.lazy import LazyInstanceNorm2d as LazyInstanceNorm2d
from deepdive.scratch.lazy import LazyInstanceNorm3d as LazyInstanceNorm3d
from deepdive.scratch.lazy import LazyLinear as LazyLinear
from deepdive.scratch.linear import Bilinear as Bilinear
from deepdive.scratch.linear import Linear as Linear
from deepdive.scratch.losses import BCELoss as BCELoss
from deepdive.scratch.losses import BCEWithLogitsLoss as BCEWithLogitsLoss
from deepdive.scratch.losses import CosineEmbeddingLoss as CosineEmbeddingLoss
from deepdive.scratch.losses import CrossEntropyLoss as CrossEntropyLoss
from deepdive.scratch.losses import CTCLoss as CTCLoss
from deepdive.scratch.losses import GaussianNLLLoss as GaussianNLLLoss
from deepdive.scratch.losses import HingeEmbeddingLoss as HingeEmbeddingLoss
from deepdive.scratch.losses import HuberLoss as HuberLoss
from deepdive.scratch.losses import KLDivLoss as KLDivLoss
from deepdive.scratch.losses import L1Loss as L1Loss
from deepdive.scratch.losses import MarginRankingLoss as MarginRankingLoss
from deepdive.scratch.losses import MSELoss as MSELoss
from deepdive.scratch.losses import MultiLabelMarginLoss as MultiLabelMarginLoss
from deepdive.scratch.losses import MultiLabelSoftMarginLoss as MultiLabelSoftMarginLoss
from deepdive.scratch.losses import MultiMarginLoss as MultiMarginLoss
from deepdive.scratch.losses import NLLLoss as NLLLoss
from deepdive.scratch.losses import PoissonNLLLoss as PoissonNLLLoss
from deepdive.scratch.losses import SmoothL1Loss as SmoothL1Loss
from deepdive.scratch.losses import SoftMarginLoss as SoftMarginLoss
from deepdive.scratch.losses import TripletMarginLoss as TripletMarginLoss
from deepdive.scratch.losses import TripletMarginWithDistanceLoss as TripletMarginWithDistanceLoss
from deepdive.scratch.normalization import BatchNorm1d as BatchNorm1d
from deepdive.scratch.normalization import BatchNorm2d as BatchNorm2d
from deepdive.scratch.normalization import BatchNorm3d as BatchNorm3d
from deepdive.scratch.normalization import GroupNorm as GroupNorm
from deepdive.scratch.normalization import InstanceNorm1d as InstanceNorm1d
from deepdive.scratch.normalization import InstanceNorm2d as InstanceNorm2d
from deepdive.scratch.normalization import InstanceNorm3d as InstanceNorm3d
from deepdive.scratch.normalization import LayerNorm as LayerNorm
from deepdive.scratch.normalization import LocalResponseNorm as LocalResponseNorm
from deepdive.scratch.normalization import RMSNorm as RMSNorm
from deepdive.scratch.recurrent import GRU as GRU
from deepdive.scratch.recurrent import LSTM as LSTM
from deepdive.scratch.recurrent import RNN as RNN
from deepdive.scratch.recurrent import GRUCell as GRUCell
from deepdive.scratch.recurrent import LSTMCell as LSTMCell
from deepdive.scratch.recurrent import RNNCell as RNNCell
from deepdive.scratch.shape import Flatten as Flatten
from deepdive.scratch.shape import Identity as Identity
from deepdive.scratch.shape import Unflatten as Unflatten
from deepdive.scratch.spatial import AdaptiveAvgPool1d as AdaptiveAvgPool1d
from deepdive.scratch.spatial import AdaptiveAvgPool2d as AdaptiveAvgPool2d
from deepdive.scratch.spatial import AdaptiveAvgPool3d as AdaptiveAvgPool3d
from deepdive.scratch.spatial import AdaptiveMaxPool1d as AdaptiveMaxPool1d
from deepdive.scratch.spatial import AdaptiveMaxPool2d as AdaptiveMaxPool2d
from deepdive.scratch.spatial import AdaptiveMaxPool3d as AdaptiveMaxPool3d
from deepdive.scratch.spatial import AvgPool1d as AvgPool1d
from deepdive.scratch.spatial import AvgPool2d as AvgPool2d
from deepdive.scratch.spatial import AvgPool3d as AvgPool3d
from deepdive.scratch.spatial import ChannelShuffle as ChannelShuffle
from deepdive.scratch.spatial import CircularPad1d as CircularPad1d
from deepdive.scratch.spatial import CircularPad2d as CircularPad2d
from deepdive.scratch.spatial import CircularPad3d as CircularPad3d
from deepdive.scratch.spatial import ConstantPad1d as ConstantPad1d
from deepdive.scratch.spatial import ConstantPad2d as ConstantPad2d
from deepdive.scratch.spatial import ConstantPad3d as ConstantPad3d
from deepdive.scratch.spatial import Conv1d as Conv1d
from deepdive.scratch.spatial import Conv2d as Conv2d
from deepdive.scratch.spatial import Conv3d as Conv3d
from deepdive.scratch.spatial import ConvTranspose1d as ConvTranspose1d
from deepdive.scratch.spatial import ConvTranspose2d as ConvTranspose2d
from deepdive.scratch.spatial import ConvTranspose3d as ConvTranspose3d
from deepdive.scratch.spatial import Fold as Fold
from deepdive.scratch.spatial import LPPool1d as LPPool1d
from deepdive.scratch.spatial import LPPool2d as LPPool2d
from deepdive.scratch.spatial import LPPool3d as LPPool3d
from deepdive.scratch.spatial import MaxPool1d as MaxPool1d
from deepdive.scratch.spatial import MaxPool2d as MaxPool2d
from deepdive.scratch.spatial import MaxPool3d as MaxPool3d
from deepdive.scratch.spatial import MaxUnpool1d as MaxUnpool1d
from deepdive.scratch.spatial import MaxUnpool2d as MaxUnpool2d
from deepdive.scratch.spatial import MaxUnpool3d as MaxUnpool3d
from deepdive.scratch.spatial import PixelShuffle as PixelShuffle
from deepdive.scratch.spatial import PixelUnshuffle as PixelUnshuffle
from deepdive.scratch.spatial import ReflectionPad1d as ReflectionPad1d
from deepdive.scratch.spatial import ReflectionPad2d as ReflectionPad2d
from deepdive.scratch.spatial import ReflectionPad3d as ReflectionPad3d
from deepdive.scratch.spatial import ReplicationPad1d as ReplicationPad1d
from deepdive.scratch.spatial import ReplicationPad2d as ReplicationPad2d
from deepdive.scratch.spatial import ReplicationPad3d as ReplicationPad3d
from deepdive.scratch.spatial import Unfold as Unfold
from deepdive.scratch.spatial import Upsample as Upsample
from deepdive.scratch.spatial import UpsamplingBilinear2d as UpsamplingBilinear2d
from deepdive.scratch.spatial import UpsamplingNearest2d as UpsamplingNearest2d
from deepdive.scratch.spatial import ZeroPad1d as ZeroPad1d
from deepdive.scratch.spatial import ZeroPad2d as ZeroPad2d
from deepdive.scratch.spatial import ZeroPad3d as ZeroPad3d
from deepdive.scratch.transformer import Transformer as Transformer
from deepdive.scratch.transformer import TransformerDecoder as TransformerDecoder
from deepdive.scratch.transformer import TransformerDecoderLayer as TransformerDecoderLayer
from deepdive.scratch.transformer import TransformerEncoder as TransformerEncoder
from deepdive.scratch.transformer import TransformerEncoderLayer as TransformerEncoderLayer

CONTAINERS = ("Module", "ModuleDict", "ModuleList", "Parameter", "ParameterDict", "ParameterList", "Sequential")
"""Names that are the library's own; everything else in ``__all__`` is from scratch."""

__all__ = [
    "CELU", "ELU", "GELU", "GLU", "GRU", "LSTM", "RNN", "SELU", "AdaptiveAvgPool1d", "AdaptiveAvgPool2d",
    "AdaptiveAvgPool3d", "AdaptiveMaxPool1d", "AdaptiveMaxPool2d", "AdaptiveMaxPool3d", "AlphaDropout",
    "AvgPool1d", "AvgPool2d", "AvgPool3d", "BCELoss", "BCEWithLogitsLoss", "BatchNorm1d", "BatchNorm2d",
    "BatchNorm3d", "Bilinear", "CTCLoss", "ChannelShuffle", "CircularPad1d", "CircularPad2d", "CircularPad3d",
    "ConstantPad1d", "ConstantPad2d", "ConstantPad3d", "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d",
    "ConvTranspose2d", "ConvTranspose3d", "CosineEmbeddingLoss", "CosineSimilarity", "CrossEntropyLoss",
    "Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "Embedding", "EmbeddingBag", "FeatureAlphaDropout",
    "Flatten", "Fold", "GRUCell", "GaussianNLLLoss", "GroupNorm", "Hardshrink", "Hardsigmoid", "Hardswish",
    "Hardtanh", "HingeEmbeddingLoss", "HuberLoss", "Identity", "InstanceNorm1d", "InstanceNorm2d",
    "InstanceNorm3d", "KLDivLoss", "L1Loss", "LPPool1d", "LPPool2d", "LPPool3d", "LSTMCell", "LayerNorm",
    "LazyBatchNorm1d", "LazyBatchNorm2d", "LazyBatchNorm3d", "LazyConv1d", "LazyConv2d", "LazyConv3d",
    "LazyConvTranspose1d", "LazyConvTranspose2d", "LazyConvTranspose3d", "LazyInstanceNorm1d",
    "LazyInstanceNorm2d", "LazyInstanceNorm3d", "LazyLinear", "LeakyReLU", "Linear", "LocalResponseNorm",
    "LogSigmoid", "LogSoftmax", "MSELoss", "MarginRankingLoss", "MaxPool1d", "MaxPool2d", "MaxPool3d",
    "MaxUnpool1d", "MaxUnpool2d", "MaxUnpool3d", "Mish", "Module", "ModuleDict", "ModuleList",
    "MultiLabelMarginLoss", "MultiLabelSoftMarginLoss", "MultiMarginLoss", "MultiheadAttention", "NLLLoss",
    "PReLU", "PairwiseDistance", "Parameter", "ParameterDict", "ParameterList", "PixelShuffle",
    "PixelUnshuffle", "PoissonNLLLoss", "RMSNorm", "RNNCell", "RReLU", "ReLU", "ReLU6", "ReflectionPad1d",
    "ReflectionPad2d", "ReflectionPad3d", "ReplicationPad1d", "ReplicationPad2d", "ReplicationPad3d",
    "Sequential", "SiLU", "Sigmoid", "SmoothL1Loss", "SoftMarginLoss", "Softmax", "Softmax2d", "Softmin",
    "Softplus", "Softshrink", "Softsign", "Tanh", "Tanhshrink", "Threshold", "Transformer",
    "TransformerDecoder", "TransformerDecoderLayer", "TransformerEncoder", "TransformerEncoderLayer",
    "TripletMarginLoss", "TripletMarginWithDistanceLoss", "Unflatten", "Unfold", "Upsample",
    "UpsamplingBilinear2d", "UpsamplingNearest2d", "ZeroPad1d", "ZeroPad2d", "ZeroPad3d", "autograd",
    "functional", "init", "optim", "utils",
]  # fmt: skip
