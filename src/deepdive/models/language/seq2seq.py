"""Sequence to sequence without attention (D2L section 10.6; Cho et al., 2014; Sutskever et al., 2014)."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.models.language.encoders import RecurrentEncoder
from deepdive.models.language.states import State, select_rows
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit

DecoderState = tuple[State, Tensor]
"""State of the decoder's layers, and the context ``c (b, hidden)`` that it sees at every step."""


@checked
class Seq2Seq(torch.nn.Module):
    """``c = encode(x)``, ``s_t = cell([e(y_t); c], s_{t-1})``, ``logits_t = E V [s_t; e(y_t); c] + b``, ``s_0 = c``.

    ``c`` is the last state of the encoder's upper layer, so all of the sentence goes through ``hidden_size`` numbers.
    ``E`` is the table of the decoder's vectors, used for input and output.

    It is a `deepdive.algorithms.decoding.Decoder`: ``step`` and ``select`` are what a search asks for, and ``encode``
    gives the state it begins with.

    Args:
        source_vocab_size: tokens of the language that is read.
        target_vocab_size: tokens of the language that is written.
        embedding_dim: width of the vectors of both.
        hidden_size: width of the state.
        num_layers: of recurrent layers, in each half.
        cell: ``RNN`` (tanh), ``GRU`` or ``LSTM``.
        dropout: probability of dropping an element, 0 to 1: of vectors, between layers, before the output.
        bidirectional: whether the encoder reads in both directions.
        padding_idx: id of the padding token of both languages.

    Raises:
        ValueError: a size is less than 1, ``cell`` is unknown, or two directions do not share ``hidden_size`` evenly.
    """

    def __init__(
        self,
        source_vocab_size: PositiveInt,
        target_vocab_size: PositiveInt,
        embedding_dim: PositiveInt = 256,
        hidden_size: PositiveInt = 256,
        num_layers: PositiveInt = 1,
        cell: str = "GRU",
        dropout: Probability = 0.2,
        bidirectional: bool = True,
        padding_idx: int | None = None,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        self.source_embedding = nn.Embedding(source_vocab_size, embedding_dim, padding_idx=padding_idx)
        self.encoder = RecurrentEncoder(embedding_dim, hidden_size, num_layers, cell, dropout, bidirectional, nn=nn)
        self.embedding = nn.Embedding(target_vocab_size, embedding_dim, padding_idx=padding_idx)
        self.dropout = nn.Dropout(dropout)
        between = dropout if num_layers > 1 else 0.0
        self.rnn = getattr(nn, cell)(
            embedding_dim + hidden_size, hidden_size, num_layers, dropout=between, batch_first=True
        )
        self.projection = nn.Linear(hidden_size + embedding_dim + hidden_size, embedding_dim)
        self.output = nn.Linear(embedding_dim, target_vocab_size)
        self._scale = embedding_dim**0.5  # vectors of length about 1 suit the output; the input wants numbers about 1
        nn.init.normal_(self.embedding.get_parameter("weight"), std=1 / self._scale)
        self.output.weight = self.embedding.weight

    def forward(
        self, source: Int64[Tensor, "b s"], source_lengths: Int64[Tensor, " b"], target: Int64[Tensor, "b t"]
    ) -> Float[Tensor, "b t v"]:
        """Logits of the token after each one of the target, which begins with the token that begins a sentence."""
        logits, _ = self.decode(target, self.encode(source, source_lengths))
        return logits

    def encode(self, source: Int64[Tensor, "b s"], lengths: Int64[Tensor, " b"]) -> DecoderState:
        """The decoder's first state."""
        _, state = self.encoder(self.dropout(self.source_embedding(source)), lengths)
        upper = state if isinstance(state, Tensor) else state[0]
        return state, upper[-1]

    def decode(self, tokens: Int64[Tensor, "b t"], state: DecoderState) -> tuple[Float[Tensor, "b t v"], DecoderState]:
        """Logits of the token after each one, and the state after the last."""
        s, context = state
        vectors = self.dropout(self.embedding(tokens) * self._scale)
        c = context.unsqueeze(1).expand(-1, tokens.shape[1], -1)
        h, s = self.rnn(torch.cat([vectors, c], dim=-1), s)
        deep = self.projection(torch.cat([self.dropout(h), vectors, c], dim=-1))
        return self.output(self.dropout(deep)), (s, context)

    def step(self, tokens: Int64[Tensor, " n"], state: DecoderState) -> tuple[Float[Tensor, "n v"], DecoderState]:
        """Logits of the token after one more, and the next state."""
        logits, state = self.decode(tokens.unsqueeze(1), state)
        return logits.squeeze(1), state

    def select(self, state: DecoderState, rows: Int64[Tensor, " m"]) -> DecoderState:
        """The states of these rows, which may repeat."""
        s, context = state
        return select_rows(s, rows), context.index_select(0, rows)
