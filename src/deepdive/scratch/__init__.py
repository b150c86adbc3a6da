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
from deepdive.scratch import initialization as init
from deepdive.scratch import optim as optim
from deepdive.scratch import utils as utils
from deepdive.scratch.activations import GELU as GELU
from deepdive.scratch.activations import Identity as Identity
from deepdive.scratch.activations import LeakyReLU as LeakyReLU
from deepdive.scratch.activations import LogSoftmax as LogSoftmax
from deepdive.scratch.activations import PReLU as PReLU
from deepdive.scratch.activations import ReLU as ReLU
from deepdive.scratch.activations import ReLU6 as ReLU6
from deepdive.scratch.activations import Sigmoid as Sigmoid
from deepdive.scratch.activations import Softmax as Softmax
from deepdive.scratch.activations import Tanh as Tanh
from deepdive.scratch.attention import MultiheadAttention as MultiheadAttention
from deepdive.scratch.dropout import Dropout as Dropout
from deepdive.scratch.embedding import Embedding as Embedding
from deepdive.scratch.lazy import LazyConv2d as LazyConv2d
from deepdive.scratch.lazy import LazyLinear as LazyLinear
from deepdive.scratch.linear import Linear as Linear
from deepdive.scratch.losses import BCEWithLogitsLoss as BCEWithLogitsLoss
from deepdive.scratch.losses import CrossEntropyLoss as CrossEntropyLoss
from deepdive.scratch.losses import MSELoss as MSELoss
from deepdive.scratch.losses import NLLLoss as NLLLoss
from deepdive.scratch.normalization import BatchNorm1d as BatchNorm1d
from deepdive.scratch.normalization import BatchNorm2d as BatchNorm2d
from deepdive.scratch.normalization import GroupNorm as GroupNorm
from deepdive.scratch.normalization import LayerNorm as LayerNorm
from deepdive.scratch.normalization import RMSNorm as RMSNorm
from deepdive.scratch.recurrent import GRU as GRU
from deepdive.scratch.recurrent import LSTM as LSTM
from deepdive.scratch.recurrent import RNN as RNN
from deepdive.scratch.recurrent import GRUCell as GRUCell
from deepdive.scratch.recurrent import LSTMCell as LSTMCell
from deepdive.scratch.recurrent import RNNCell as RNNCell
from deepdive.scratch.shape import Flatten as Flatten
from deepdive.scratch.spatial import AdaptiveAvgPool2d as AdaptiveAvgPool2d
from deepdive.scratch.spatial import AdaptiveMaxPool2d as AdaptiveMaxPool2d
from deepdive.scratch.spatial import AvgPool2d as AvgPool2d
from deepdive.scratch.spatial import Conv2d as Conv2d
from deepdive.scratch.spatial import ConvTranspose2d as ConvTranspose2d
from deepdive.scratch.spatial import MaxPool2d as MaxPool2d
from deepdive.scratch.transformer import Transformer as Transformer
from deepdive.scratch.transformer import TransformerDecoder as TransformerDecoder
from deepdive.scratch.transformer import TransformerDecoderLayer as TransformerDecoderLayer
from deepdive.scratch.transformer import TransformerEncoder as TransformerEncoder
from deepdive.scratch.transformer import TransformerEncoderLayer as TransformerEncoderLayer

CONTAINERS = ("Module", "ModuleDict", "ModuleList", "Parameter", "ParameterDict", "ParameterList", "Sequential")
"""Names that are the library's own; everything else in ``__all__`` is from scratch."""

__all__ = [
    "GELU",
    "GRU",
    "LSTM",
    "RNN",
    "AdaptiveAvgPool2d",
    "AdaptiveMaxPool2d",
    "AvgPool2d",
    "BCEWithLogitsLoss",
    "BatchNorm1d",
    "BatchNorm2d",
    "Conv2d",
    "ConvTranspose2d",
    "CrossEntropyLoss",
    "Dropout",
    "Embedding",
    "Flatten",
    "GRUCell",
    "GroupNorm",
    "Identity",
    "LSTMCell",
    "LayerNorm",
    "LazyConv2d",
    "LazyLinear",
    "LeakyReLU",
    "Linear",
    "LogSoftmax",
    "MSELoss",
    "MaxPool2d",
    "Module",
    "ModuleDict",
    "ModuleList",
    "MultiheadAttention",
    "NLLLoss",
    "PReLU",
    "Parameter",
    "ParameterDict",
    "ParameterList",
    "RMSNorm",
    "RNNCell",
    "ReLU",
    "ReLU6",
    "Sequential",
    "Sigmoid",
    "Softmax",
    "Tanh",
    "Transformer",
    "TransformerDecoder",
    "TransformerDecoderLayer",
    "TransformerEncoder",
    "TransformerEncoderLayer",
    "autograd",
    "functional",
    "init",
    "optim",
    "utils",
]
