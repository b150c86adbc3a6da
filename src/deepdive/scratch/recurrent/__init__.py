"""Recurrent networks: the same step at every point of a sequence, with a state that is handed on."""

from deepdive.scratch.recurrent.cells import GRUCell as GRUCell
from deepdive.scratch.recurrent.cells import LSTMCell as LSTMCell
from deepdive.scratch.recurrent.cells import RNNCell as RNNCell
from deepdive.scratch.recurrent.layers import GRU as GRU
from deepdive.scratch.recurrent.layers import LSTM as LSTM
from deepdive.scratch.recurrent.layers import RNN as RNN
