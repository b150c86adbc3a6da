"""Recurrent language models (D2L sections 9.4 to 9.6 and 10.1 to 10.3)."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.models.language.states import State, begin_state, select_rows
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit

CELLS = ("RNN", "GRU", "LSTM")


@checked
class RecurrentLanguageModel(torch.nn.Module):
    """``h_t = cell(e(x_t), h_{t-1})``, ``logits_t = W h_t + b``: the next token from all before it.

    ``e(x)`` is a learnt vector of ``embedding_dim`` numbers, or the one-hot vector of the token where
    ``embedding_dim`` is ``None``. With ``tie_embeddings`` weights ``W`` is the table of these vectors (Press and Wolf,
    2017); where the state is wider than they are, ``W h`` becomes ``E P h``. Dropout lies on the vectors, between
    layers and before the output (Zaremba et al., 2014). Weights of the tables start uniform within ±0.1 there; all
    others as the layers' own.

    It is a `deepdive.algorithms.decoding.Decoder`: ``step`` and ``select`` are what a search asks for.

    Args:
        vocab_size: tokens to tell apart.
        embedding_dim: width of the learnt vectors, ``None`` for one-hot ones.
        hidden_size: width of the state.
        num_layers: of recurrent layers.
        cell: ``RNN`` (tanh), ``GRU`` or ``LSTM``.
        dropout: probability of dropping an element, 0 to 1.
        tie_embeddings: whether input and output share their table.

    Raises:
        ValueError: a size is less than 1, ``cell`` is unknown, or ``tie_embeddings`` without vectors to share.
    """

    def __init__(
        self,
        vocab_size: PositiveInt,
        embedding_dim: PositiveInt | None = None,
        hidden_size: PositiveInt = 32,
        num_layers: PositiveInt = 1,
        cell: str = "RNN",
        dropout: Probability = 0.0,
        tie_embeddings: bool = False,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        check_cell(cell)
        if tie_embeddings and embedding_dim is None:
            raise ValueError(
                "tie_embeddings must be false without embedding_dim, as there is no table of vectors to share, got True"
            )
        self.vocab_size = vocab_size
        self.cell, self.num_layers, self.hidden_size = cell, num_layers, hidden_size
        width = vocab_size if embedding_dim is None else embedding_dim
        self.embedding = None if embedding_dim is None else nn.Embedding(vocab_size, width)
        between = dropout if num_layers > 1 else 0.0
        self.rnn = getattr(nn, cell)(width, hidden_size, num_layers, dropout=between, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.projection = (
            nn.Linear(hidden_size, width, bias=False) if tie_embeddings and hidden_size != width else nn.Identity()
        )
        self.output = nn.Linear(width if tie_embeddings else hidden_size, vocab_size)
        if self.embedding is not None:
            nn.init.uniform_(self.embedding.get_parameter("weight"), -0.1, 0.1)
            nn.init.zeros_(self.output.get_parameter("bias"))
            if tie_embeddings:
                self.output.weight = self.embedding.weight
            else:
                nn.init.uniform_(self.output.get_parameter("weight"), -0.1, 0.1)

    def forward(self, tokens: Int64[Tensor, "b t"], state: State | None = None) -> tuple[Float[Tensor, "b t v"], State]:
        """Logits of the token after each one, and the state after the last."""
        h, after = self.rnn(self.dropout(self._vectors(tokens)), state)
        return self.output(self.projection(self.dropout(h))), after

    def begin_state(self, rows: int) -> State:
        """The state before the first token: zeros, ``(layers, rows, hidden)``."""
        return begin_state(self.cell, self.num_layers, rows, self.hidden_size, like=next(self.parameters()))

    def step(self, tokens: Int64[Tensor, " n"], state: State) -> tuple[Float[Tensor, "n v"], State]:
        """Logits of the token after one more, and the next state."""
        logits, state = self(tokens.unsqueeze(1), state)
        return logits.squeeze(1), state

    def select(self, state: State, rows: Int64[Tensor, " m"]) -> State:
        """The states of these rows, which may repeat."""
        return select_rows(state, rows)

    def _vectors(self, tokens: Tensor) -> Tensor:
        if self.embedding is not None:
            return self.embedding(tokens)
        dtype = self.output.get_parameter("weight").dtype
        one_hot = torch.zeros(*tokens.shape, self.vocab_size, device=tokens.device, dtype=dtype)
        return one_hot.scatter_(-1, tokens.unsqueeze(-1), 1.0)


def check_cell(cell: str) -> None:
    """Raise a ``ValueError`` for a kind of recurrent layer that is not known."""
    if cell not in CELLS:
        raise ValueError(f"cell must be one of {', '.join(CELLS)}, got {cell!r}")
