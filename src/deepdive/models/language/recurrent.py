"""Recurrent language models (textbook sections 9.4 to 9.6 and 10.1 to 10.3)."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.models.language.states import State, begin_state, select_rows
from deepdive.toolkit import Toolkit

CELLS = ("RNN", "GRU", "LSTM")


class RecurrentLanguageModel(torch.nn.Module):
    """``h_t = cell(e(x_t), h_{t-1})``, ``logits_t = W h_t + b``: the next token from all before it.

    ``e(x)`` is a learnt vector of ``embedding`` numbers, or the one-hot vector of the token where ``embedding`` is
    ``None``. With ``tied`` weights ``W`` is the table of these vectors (Press and Wolf, 2017); where the state is wider
    than they are, ``W h`` becomes ``E P h``. Dropout lies on the vectors, between layers and before the output
    (Zaremba et al., 2014). Weights of the tables start uniform within ±0.1 there; all others as the layers' own.

    It is a `deepdive.algorithms.decoding.Decoder`: ``step`` and ``select`` are what a search asks for.

    Args:
        vocabulary_size: tokens to tell apart.
        embedding: width of the learnt vectors, ``None`` for one-hot ones.
        hidden: width of the state.
        layers: of recurrent layers.
        cell: ``RNN`` (tanh), ``GRU`` or ``LSTM``.
        dropout: share dropped, 0 to 1.
        tied: whether input and output share their table.

    Raises:
        ValueError: a size is less than 1, ``cell`` is unknown, or ``tied`` without vectors to share.
    """

    def __init__(
        self,
        vocabulary_size: int,
        embedding: int | None = None,
        hidden: int = 32,
        layers: int = 1,
        cell: str = "RNN",
        dropout: float = 0.0,
        tied: bool = False,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        check_recurrent(cell, vocabulary_size=vocabulary_size, embedding=embedding, hidden=hidden, layers=layers)
        if tied and embedding is None:
            raise ValueError("tied is True, but embedding is None; there is no table of vectors to share")
        self.vocabulary_size = vocabulary_size
        self.cell, self.layers, self.hidden = cell, layers, hidden
        width = vocabulary_size if embedding is None else embedding
        self.embedding = None if embedding is None else nn.Embedding(vocabulary_size, width)
        between = dropout if layers > 1 else 0.0
        self.rnn = getattr(nn, cell)(width, hidden, layers, dropout=between, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.projection = nn.Linear(hidden, width, bias=False) if tied and hidden != width else nn.Identity()
        self.output = nn.Linear(width if tied else hidden, vocabulary_size)
        if self.embedding is not None:
            nn.init.uniform_(self.embedding.get_parameter("weight"), -0.1, 0.1)
            nn.init.zeros_(self.output.get_parameter("bias"))
            if tied:
                self.output.weight = self.embedding.weight
            else:
                nn.init.uniform_(self.output.get_parameter("weight"), -0.1, 0.1)

    def forward(self, tokens: Int64[Tensor, "b t"], state: State | None = None) -> tuple[Float[Tensor, "b t v"], State]:
        """Logits of the token after each one, and the state after the last."""
        h, after = self.rnn(self.dropout(self._vectors(tokens)), state)
        return self.output(self.projection(self.dropout(h))), after

    def begin_state(self, rows: int) -> State:
        """The state before the first token: zeros, ``(layers, rows, hidden)``."""
        return begin_state(self.cell, self.layers, rows, self.hidden, like=next(self.parameters()))

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
        one_hot = torch.zeros(*tokens.shape, self.vocabulary_size, device=tokens.device, dtype=dtype)
        return one_hot.scatter_(-1, tokens.unsqueeze(-1), 1.0)


def check_recurrent(cell: str, **sizes: int | None) -> None:
    """Check what every recurrent network is made with.

    Raises:
        ValueError: ``cell`` is unknown, or a size is less than 1; names it.
    """
    if cell not in CELLS:
        raise ValueError(f"cell must be one of {', '.join(CELLS)}, got {cell!r}")
    for name, size in sizes.items():
        if size is not None and size < 1:
            raise ValueError(f"{name} must be at least 1, got {size}")
