"""A recurrent network that reads a sequence and says one number (D2L sections 9.4, 10.1 and 10.2)."""

import torch
from jaxtyping import Float
from torch import Tensor

from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt
from deepdive.toolkit import Toolkit

CELLS = ("tanh", "relu", "skip", "gru", "lstm")


@checked
class RecurrentRegressor(torch.nn.Module):
    """``ŷ = W h_T + b`` where ``h_T`` is the state after the last step.

    Input ``(batch, steps, num_inputs)``, or ``(batch, steps)`` for one number per step; output ``(batch, 1)``. ``cell``
    is ``tanh`` or ``relu`` for a plain recurrent layer, ``gru``, ``lstm``, or ``skip``, whose state goes around the
    nonlinearity: ``h_t = h_{t-1} + tanh(W x_t + U h_{t-1} + b) / 10``.

    Raises:
        ValueError: ``cell`` is not in ``CELLS``, or a width is less than 1.
    """

    def __init__(
        self, cell: str = "gru", num_inputs: PositiveInt = 1, hidden_size: PositiveInt = 32, *, nn: Toolkit = torch.nn
    ) -> None:
        super().__init__()
        if cell not in CELLS:
            raise ValueError(f"cell must be one of {', '.join(CELLS)}, got {cell!r}")
        self.cell, self.hidden = cell, hidden_size
        if cell == "skip":
            self.input = nn.Linear(num_inputs, hidden_size)
            self.recurrent = nn.Linear(hidden_size, hidden_size, bias=False)
        elif cell in ("gru", "lstm"):
            layer = nn.GRU if cell == "gru" else nn.LSTM
            self.rnn = layer(num_inputs, hidden_size, batch_first=True)
        else:
            self.rnn = nn.RNN(num_inputs, hidden_size, nonlinearity=cell, batch_first=True)
        self.output = nn.Linear(hidden_size, 1)

    def forward(self, x: Float[Tensor, "batch steps *inputs"]) -> Float[Tensor, "batch 1"]:
        """One number per sequence."""
        if x.ndim == 2:
            x = x[..., None]
        return self.output(self._skipping(x) if self.cell == "skip" else self.rnn(x)[0][:, -1])

    def _skipping(self, x: Tensor) -> Tensor:
        h = x.new_zeros(len(x), self.hidden)
        for projected in self.input(x).unbind(dim=1):
            h = h + torch.tanh(projected + self.recurrent(h)) / 10
        return h
