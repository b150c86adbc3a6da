"""A recurrent encoder: a vector for each position of a sentence, one state for the whole (D2L section 10.6)."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from deepdive.models.language.recurrent import check_cell
from deepdive.models.language.states import State, joined_directions
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class RecurrentEncoder(torch.nn.Module):
    """``h_t = cell(x_t, h_{t-1})``, and with two directions ``[h_t; h'_t]``, ``h'_t = cell'(x_t, h'_{t+1})``.

    Padding is never read: the backward direction begins at the last token of each sentence (D2L section 10.4;
    Schuster and Paliwal, 1997). Dropout lies between layers.

    Args:
        input_size: of the vectors ``x_t``.
        hidden_size: width of what comes out, both directions together.
        num_layers: of recurrent layers.
        cell: ``RNN`` (tanh), ``GRU`` or ``LSTM``.
        dropout: probability of dropping an element, 0 to 1.
        bidirectional: whether the sentence is read in both directions.

    Raises:
        ValueError: a size is less than 1, ``cell`` is unknown, or two directions do not share ``hidden_size`` evenly.
    """

    def __init__(
        self,
        input_size: PositiveInt,
        hidden_size: PositiveInt,
        num_layers: PositiveInt = 1,
        cell: str = "GRU",
        dropout: Probability = 0.0,
        bidirectional: bool = True,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        check_cell(cell)
        if bidirectional and hidden_size % 2:
            raise ValueError(f"hidden_size must be even, as two directions share it, got {hidden_size}")
        self.bidirectional = bidirectional
        self.rnn = getattr(nn, cell)(
            input_size,
            hidden_size // 2 if bidirectional else hidden_size,
            num_layers,
            dropout=dropout if num_layers > 1 else 0.0,
            batch_first=True,
            bidirectional=bidirectional,
        )

    def forward(
        self, vectors: Float[Tensor, "b t width"], lengths: Int64[Tensor, " b"]
    ) -> tuple[Float[Tensor, "b t hidden"], State]:
        """What was read at each position (zeros at padding), and the state at the end, ``(layers, b, hidden)``."""
        packed = pack_padded_sequence(vectors, lengths.cpu(), batch_first=True, enforce_sorted=False)
        outputs, state = self.rnn(packed)
        h, _ = pad_packed_sequence(outputs, batch_first=True, total_length=vectors.shape[1])
        return h, joined_directions(state) if self.bidirectional else state
