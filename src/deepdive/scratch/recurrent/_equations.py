"""One step of each kind of recurrent network: the equations alone, which layers and cells share.

Each takes the projection ``x`` of the input and ``y`` of the state by the weights, ``x = input · weight_ihᵀ + bias_ih``
and ``y = h · weight_hhᵀ + bias_hh``, and the state, of which ``h`` is the first; it gives the next state.
"""

from collections.abc import Callable
from dataclasses import dataclass

from jaxtyping import Float
from torch import Tensor

from deepdive.scratch._arguments import described
from deepdive.scratch.activations import relu, sigmoid, tanh

State = tuple[Tensor, ...]
"""``(h,)``, or ``(h, c)`` for an LSTM."""


@dataclass(frozen=True)
class Equations:
    """What tells one kind of recurrent network from another."""

    step: Callable[[Tensor, Tensor, State], State]
    gates: int
    """Projections, each ``hidden_size`` wide, that lie side by side in ``x`` and ``y``."""
    states: int = 1
    """Tensors of a state."""
    rounded: bool = False
    """Whether, inside of autocast, a layer keeps its state in the type of the products, as the library's does."""


def _tanh(x: Float[Tensor, "b h"], y: Float[Tensor, "b h"], state: State) -> State:
    return (tanh(x + y),)


def _relu(x: Float[Tensor, "b h"], y: Float[Tensor, "b h"], state: State) -> State:
    return (relu(x + y),)


def _lstm(x: Float[Tensor, "b gates"], y: Float[Tensor, "b gates"], state: State) -> State:
    _, c = state
    gates = x + y
    i, f, g, o = gates.chunk(4, dim=-1)
    c = sigmoid(f) * c + sigmoid(i) * tanh(g)
    return sigmoid(o) * tanh(c), c


def _gru(x: Float[Tensor, "b gates"], y: Float[Tensor, "b gates"], state: State) -> State:
    (h,) = state
    x_r, x_z, x_n = x.chunk(3, dim=-1)
    y_r, y_z, y_n = y.chunk(3, dim=-1)
    r = sigmoid(x_r + y_r)
    z = sigmoid(x_z + y_z)
    n = tanh(x_n + r * y_n)
    return (n + z * (h - n),)


RNN_TANH = Equations(_tanh, gates=1)
RNN_RELU = Equations(_relu, gates=1)
LSTM = Equations(_lstm, gates=4, states=2, rounded=True)
GRU = Equations(_gru, gates=3)
PLAIN = {"tanh": RNN_TANH, "relu": RNN_RELU}
"""By the name of the nonlinearity."""


def plain(nonlinearity: str) -> Equations:
    """The equation of a plain recurrent network.

    Raises:
        ValueError: ``nonlinearity`` is neither "tanh" nor "relu".
    """
    if not isinstance(nonlinearity, str) or nonlinearity not in PLAIN:
        raise ValueError(f"nonlinearity must be 'tanh' or 'relu', got {described(nonlinearity)}")
    return PLAIN[nonlinearity]
