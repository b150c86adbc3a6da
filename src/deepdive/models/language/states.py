"""The state of recurrent layers: one tensor, or the pair of an LSTM, with the batch in dimension 1."""

from collections.abc import Callable

from jaxtyping import Int64
from torch import Tensor

State = Tensor | tuple[Tensor, Tensor]
"""``h (layers, batch, hidden)``, or ``(h, c)`` of an LSTM."""


def begin_state(cell: str, num_layers: int, rows: int, hidden_size: int, *, like: Tensor) -> State:
    """Zeros for ``rows`` sequences in layers of this kind of cell, with the type and on the device of ``like``."""
    zeros = like.new_zeros(num_layers, rows, hidden_size)
    return (zeros, zeros.clone()) if cell == "LSTM" else zeros


def mapped(state: State, change: Callable[[Tensor], Tensor]) -> State:
    """The state with each of its tensors changed."""
    return change(state) if isinstance(state, Tensor) else (change(state[0]), change(state[1]))


def select_rows(state: State, rows: Int64[Tensor, " m"]) -> State:
    """The states of these rows of the batch, which may repeat."""
    return mapped(state, lambda part: part.index_select(1, rows))


def joined_directions(state: State) -> State:
    """The two directions of each layer side by side: ``(2 layers, b, h)`` becomes ``(layers, b, 2 h)``."""
    return mapped(state, lambda part: part.unflatten(0, (-1, 2)).transpose(1, 2).flatten(2))  # (layers, b, 2 h)
