"""A token from all others: what two directions are good for, and what they cannot do (D2L section 10.4)."""

from typing import Any, NoReturn

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.models.language.recurrent import check_cell
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class FillInModel(torch.nn.Module):
    """``logits_t = W [f_{t-1}; b_{t+1}] + c``: each token from those before it and those behind it.

    ``f_t = cell(e(x_t), f_{t-1})`` reads from the left, ``b_t = cell'(e(x_t), b_{t+1})`` from the right. Neither has
    seen ``x_t`` where it is predicted, so all tokens of a text are learnt from at once. There is one layer: a second
    would see through the first what lies on the other side (Schuster and Paliwal, 1997).

    Args:
        vocab_size: tokens to tell apart.
        embedding_dim: width of their vectors.
        hidden_size: width of the state of each direction.
        cell: ``RNN`` (tanh), ``GRU`` or ``LSTM``.
        dropout: probability of dropping an element, 0 to 1: of the vectors, and before the output.
        bidirectional: without it only the tokens before count, for comparison.

    Raises:
        ValueError: a size is less than 1, or ``cell`` is unknown.
    """

    def __init__(
        self,
        vocab_size: PositiveInt,
        embedding_dim: PositiveInt = 64,
        hidden_size: PositiveInt = 128,
        cell: str = "GRU",
        dropout: Probability = 0.0,
        bidirectional: bool = True,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        check_cell(cell)
        self.hidden_size = hidden_size
        self.embedding = nn.Embedding(vocab_size, embedding_dim)
        self.dropout = nn.Dropout(dropout)
        self.rnn = getattr(nn, cell)(embedding_dim, hidden_size, batch_first=True, bidirectional=bidirectional)
        self.output = nn.Linear(hidden_size * (2 if bidirectional else 1), vocab_size)

    def forward(self, tokens: Int64[Tensor, "b t"]) -> Float[Tensor, "b t v"]:
        """Logits of each token as if it were not there."""
        h, _ = self.rnn(self.dropout(self.embedding(tokens)))
        edge = h.new_zeros(len(h), 1, self.hidden_size)
        before = torch.cat([edge, h[:, :-1, : self.hidden_size]], dim=1)
        behind = (
            torch.cat([h[:, 1:, self.hidden_size :], edge], dim=1)
            if h.shape[-1] > self.hidden_size
            else before[..., :0]
        )
        return self.output(self.dropout(torch.cat([before, behind], dim=-1)))

    def step(self, tokens: Any, state: Any) -> NoReturn:
        """Refused: what is not written yet cannot be read from the right.

        Raises:
            TypeError: always, with the reason.
        """
        raise TypeError(
            "a bidirectional network cannot generate: each token is predicted from those before and behind it, and "
            "while a text is written nothing is behind; it can fill gaps"
        )

    def select(self, state: Any, rows: Any) -> NoReturn:
        """Refused, as ``step`` is.

        Raises:
            TypeError: always, with the reason.
        """
        self.step(None, state)
