"""A recurrent decoder that looks back at the sentence (textbook section 11.4; Bahdanau et al., 2015)."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from deepdive.algorithms.attention import length_mask
from deepdive.models.attention import AdditiveAttention
from deepdive.models.language.encoders import RecurrentEncoder
from deepdive.models.language.states import State, select_rows
from deepdive.toolkit import Toolkit


class Memory(NamedTuple):
    """What was read: a vector for each place, ``W_k`` times it, and which places are no padding."""

    values: Float[Tensor, "b s hidden"]
    projected: Float[Tensor, "b s a"]
    allowed: Bool[Tensor, "b 1 s"]


class BahdanauState(NamedTuple):
    """State of the decoder's layers, and what it looks at."""

    layers: State
    memory: Memory


class BahdanauDecoder(torch.nn.Module):
    """``c_t = Σ_i α_ti h_i``, ``s_t = cell([e(y_t); c_t], s_{t-1})``, ``logits_t = E V [s_t; e(y_t); c_t] + b``.

    ``α_t = softmax_i(w · tanh(W_q s_{t-1} + W_k h_i))``: at every step the decoder weighs all places ``h_i`` of the
    sentence anew, by its upper layer's last state, where `Seq2Seq` has one vector for all. ``s_0`` is the state in
    which the encoder ended. ``E`` is the table of the decoder's vectors, used for input and output.

    ``W_k h_i`` is computed once for a sentence, and with the true tokens before (teacher forcing) ``E V`` once for all
    steps; only what depends on ``s_{t-1}`` is left to do step by step.

    It is a `deepdive.algorithms.decoding.Decoder`: ``step`` and ``select`` are what a search asks for, and ``encode``
    gives the state it begins with.

    Args:
        source_size: tokens of the language that is read.
        target_size: tokens of the language that is written.
        embedding: width of the vectors of both.
        hidden: width of the state, and of ``h_i``.
        attention: units ``a`` of the scoring perceptron.
        layers: of recurrent layers, in each half.
        cell: ``RNN`` (tanh), ``GRU`` or ``LSTM``.
        dropout: share dropped, 0 to 1: of vectors, between layers, before the output.
        bidirectional: whether the encoder reads in both directions.
        padding: number of the padding token of both languages.

    Raises:
        ValueError: a size is less than 1, ``cell`` is unknown, or two directions do not share ``hidden`` evenly.
    """

    def __init__(
        self,
        source_size: int,
        target_size: int,
        embedding: int = 256,
        hidden: int = 256,
        attention: int = 256,
        layers: int = 1,
        cell: str = "GRU",
        dropout: float = 0.2,
        bidirectional: bool = True,
        padding: int | None = None,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        self.source_embedding = nn.Embedding(source_size, embedding, padding_idx=padding)
        self.encoder = RecurrentEncoder(embedding, hidden, layers, cell, dropout, bidirectional, nn=nn)
        self.embedding = nn.Embedding(target_size, embedding, padding_idx=padding)
        self.dropout = nn.Dropout(dropout)
        self.scoring = AdditiveAttention(hidden, hidden, attention, nn=nn)
        between = dropout if layers > 1 else 0.0
        self.rnn = getattr(nn, cell)(embedding + hidden, hidden, layers, dropout=between, batch_first=True)
        self.projection = nn.Linear(hidden + embedding + hidden, embedding)
        self.output = nn.Linear(embedding, target_size)
        self._scale = embedding**0.5  # vectors of length about 1 suit the output; the input wants numbers about 1
        nn.init.normal_(self.embedding.get_parameter("weight"), std=1 / self._scale)
        self.output.weight = self.embedding.weight

    def forward(
        self, source: Int64[Tensor, "b s"], source_lengths: Int64[Tensor, " b"], target: Int64[Tensor, "b t"]
    ) -> Float[Tensor, "b t v"]:
        """Logits of the token after each one of the target, which begins with the token that begins a sentence."""
        logits, _, _ = self.decode(target, self.encode(source, source_lengths))
        return logits

    def encode(self, source: Int64[Tensor, "b s"], lengths: Int64[Tensor, " b"]) -> BahdanauState:
        """The decoder's first state; tokens from ``lengths`` on are padding, at which it never looks."""
        h, state = self.encoder(self.dropout(self.source_embedding(source)), lengths)
        return BahdanauState(state, Memory(h, self.scoring.project(h), length_mask(lengths, source.shape[1])))

    def decode(
        self, tokens: Int64[Tensor, "b t"], state: BahdanauState
    ) -> tuple[Float[Tensor, "b t v"], Float[Tensor, "b t s"], BahdanauState]:
        """Logits of the token after each one, where each step looked, and the state after the last."""
        layers, memory = state
        vectors = self.dropout(self.embedding(tokens) * self._scale)
        states, contexts, weights = [], [], []
        for vector in vectors.split(1, dim=1):  # (b, 1, embedding)
            query = (layers if isinstance(layers, Tensor) else layers[0])[-1].unsqueeze(1)  # (b, 1, hidden)
            c, alpha = self.scoring.attend(query, memory.projected, memory.values, memory.allowed)
            s, layers = self.rnn(torch.cat([vector, c], dim=-1), layers)
            states.append(s)
            contexts.append(c)
            weights.append(alpha)
        s, c = torch.cat(states, dim=1), torch.cat(contexts, dim=1)  # (b, t, hidden)
        deep = self.projection(torch.cat([self.dropout(s), vectors, c], dim=-1))
        return self.output(self.dropout(deep)), torch.cat(weights, dim=1), BahdanauState(layers, memory)

    def step(self, tokens: Int64[Tensor, " n"], state: BahdanauState) -> tuple[Float[Tensor, "n v"], BahdanauState]:
        """Logits of the token after one more, and the next state."""
        logits, _, state = self.decode(tokens.unsqueeze(1), state)
        return logits.squeeze(1), state

    def select(self, state: BahdanauState, rows: Int64[Tensor, " m"]) -> BahdanauState:
        """The states of these rows, which may repeat."""
        memory = Memory(*(part.index_select(0, rows) for part in state.memory))
        return BahdanauState(select_rows(state.layers, rows), memory)

    def attention(
        self, source: Int64[Tensor, "b s"], source_lengths: Int64[Tensor, " b"], target: Int64[Tensor, "b t"]
    ) -> Float[Tensor, "b 1 1 t s"]:
        """How much each target token looks at each source token: one layer and one head, ``(b, 1, 1, t, s)``."""
        _, weights, _ = self.decode(target, self.encode(source, source_lengths))
        return weights[:, None, None]
