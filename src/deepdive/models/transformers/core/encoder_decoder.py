"""A transformer that reads one sequence and writes another (D2L section 11.7; Vaswani et al., 2017)."""

from typing import NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.algorithms.attention import length_mask
from deepdive.models.transformers.core.embedding import TokenVectors
from deepdive.models.transformers.core.maps import attention_maps
from deepdive.models.transformers.core.stack import Memory, Past, Stack, select_past
from deepdive.signatures import checked


class DecoderState(NamedTuple):
    """What was read, and keys and values of what is written so far; none before the first token."""

    memory: Memory
    past: Past | None


@checked
class EncoderDecoder(torch.nn.Module):
    """``m = encode(x)``, ``logits_t = s W decode(y_1, ..., y_t; m)``.

    It is a `deepdive.algorithms.decoding.Decoder`: ``step`` and ``select`` are what a search asks for, and ``encode``
    gives the state it begins with. The state is a cache of keys and values, so that a step costs one token's work.

    Args:
        source: vectors of the tokens that are read.
        encoder: bidirectional.
        target: vectors of the tokens that are written.
        decoder: causal, with cross-attention.
        output: from vectors to logits.
        output_scale: ``s``.
    """

    def __init__(
        self,
        source: TokenVectors,
        encoder: Stack,
        target: TokenVectors,
        decoder: Stack,
        output: torch.nn.Module,
        *,
        output_scale: float = 1.0,
    ) -> None:
        super().__init__()
        self.source, self.encoder = source, encoder
        self.target, self.decoder = target, decoder
        self.output, self.output_scale = output, output_scale

    def forward(
        self, source: Int64[Tensor, "b s"], source_lengths: Int64[Tensor, " b"], target: Int64[Tensor, "b t"]
    ) -> Float[Tensor, "b t v"]:
        """Logits of the token after each one of the target, which begins with the token that begins a sequence."""
        logits, _ = self.decode(target, self.encode(source, source_lengths))
        return logits

    def encode(self, source: Int64[Tensor, "b s"], lengths: Int64[Tensor, " b"]) -> DecoderState:
        """The decoder's first state; tokens from ``lengths`` on are padding, to which nothing attends."""
        mask = length_mask(lengths, source.shape[1], len(source)).unsqueeze(1)  # (b, 1, 1, s)
        vectors, _ = self.encoder(self.source(source), mask)
        return DecoderState(self.decoder.remember(vectors, mask), None)

    def decode(self, tokens: Int64[Tensor, "b t"], state: DecoderState) -> tuple[Float[Tensor, "b t v"], DecoderState]:
        """Logits of the token after each one, and the state after the last."""
        start = 0 if state.past is None else state.past[0].keys.shape[2]
        x, past = self.decoder(self.target(tokens, start), past=state.past, memory=state.memory)
        x = x if self.output_scale == 1 else x * self.output_scale
        return self.output(x), DecoderState(state.memory, past)

    def step(self, tokens: Int64[Tensor, " n"], state: DecoderState) -> tuple[Float[Tensor, "n v"], DecoderState]:
        """Logits of the token after one more, and the next state."""
        logits, state = self.decode(tokens.unsqueeze(1), state)
        return logits.squeeze(1), state

    def select(self, state: DecoderState, rows: Int64[Tensor, " m"]) -> DecoderState:
        """The states of these rows, which may repeat."""
        past = None if state.past is None else select_past(state.past, rows)
        return DecoderState(state.memory.select(rows), past)

    def attention(
        self, source: Int64[Tensor, "b s"], source_lengths: Int64[Tensor, " b"], target: Int64[Tensor, "b t"]
    ) -> Float[Tensor, "b layers heads t s"]:
        """How much each target token attends to each source token, in every layer and head of the decoder."""
        maps = attention_maps(self, lambda: self(source, source_lengths, target))
        return torch.stack([weights for name, weights in maps.items() if name.endswith("cross_attention")], dim=1)
