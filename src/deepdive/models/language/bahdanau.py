"""A recurrent decoder that attends to the sentence (D2L section 11.4; Bahdanau et al., 2015)."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Int64
from torch import Tensor

from deepdive.algorithms.attention import length_mask
from deepdive.models.attention import AdditiveAttention
from deepdive.models.language.encoders import RecurrentEncoder
from deepdive.models.language.states import State, select_rows
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit


class Memory(NamedTuple):
    """What was read: a vector for each position, ``W_k`` times it, and which positions are no padding."""

    values: Float[Tensor, "b s hidden"]
    projected: Float[Tensor, "b s a"]
    allowed: Bool[Tensor, "b 1 s"]


class BahdanauState(NamedTuple):
    """State of the decoder's layers, and what it attends to."""

    layers: State
    memory: Memory


@checked
class BahdanauDecoder(torch.nn.Module):
    """``c_t = Σ_i α_ti h_i``, ``s_t = cell([e(y_t); c_t], s_{t-1})``, ``logits_t = E V [s_t; e(y_t); c_t] + b``.

    ``α_t = softmax_i(w · tanh(W_q s_{t-1} + W_k h_i))``: at every step the decoder weighs all positions ``h_i`` of the
    sentence anew, by its upper layer's last state, where `Seq2Seq` has one vector for all. ``s_0`` is the state in
    which the encoder ended. ``E`` is the table of the decoder's vectors, used for input and output.

    ``W_k h_i`` is computed once for a sentence, and with the true tokens before (teacher forcing) ``E V`` once for all
    steps; only what depends on ``s_{t-1}`` is left to do step by step.

    It is a `deepdive.algorithms.decoding.Decoder`: ``step`` and ``select`` are what a search asks for, and ``encode``
    gives the state it begins with.

    Args:
        source_vocab_size: tokens of the language that is read.
        target_vocab_size: tokens of the language that is written.
        embedding_dim: width of the vectors of both.
        hidden_size: width of the state, and of ``h_i``.
        attention_size: units ``a`` of the scoring perceptron.
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
        attention_size: PositiveInt = 256,
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
        self.scoring = AdditiveAttention(hidden_size, hidden_size, attention_size, nn=nn)
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
        logits, _, _ = self.decode(target, self.encode(source, source_lengths))
        return logits

    def encode(self, source: Int64[Tensor, "b s"], lengths: Int64[Tensor, " b"]) -> BahdanauState:
        """The decoder's first state; tokens from ``lengths`` on are padding, to which it never attends."""
        h, state = self.encoder(self.dropout(self.source_embedding(source)), lengths)
        return BahdanauState(
            state, Memory(h, self.scoring.project(h), length_mask(lengths, source.shape[1], len(source)))
        )

    def decode(
        self, tokens: Int64[Tensor, "b t"], state: BahdanauState
    ) -> tuple[Float[Tensor, "b t v"], Float[Tensor, "b t s"], BahdanauState]:
        """Logits of the token after each one, what each step attended to, and the state after the last."""
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
        """How much each target token attends to each source token: one layer and one head, ``(b, 1, 1, t, s)``."""
        _, weights, _ = self.decode(target, self.encode(source, source_lengths))
        return weights[:, None, None]
