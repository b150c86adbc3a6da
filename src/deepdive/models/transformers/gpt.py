"""GPT: a transformer that only decodes (D2L section 11.9.3; Radford et al., 2018 and 2019)."""

from collections.abc import Sequence
from typing import Literal, NamedTuple

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.models.transformers.core import (
    Activation,
    Block,
    LearnedPositions,
    Past,
    Rotary,
    Stack,
    TokenVectors,
    initialize_normal,
    select_past,
)
from deepdive.signatures import checked
from deepdive.signatures.bounds import NonNegativeFloat, PositiveInt, Probability
from deepdive.toolkit import Toolkit


class GPTState(NamedTuple):
    """Tokens that were read ``(n, t)``, and their keys and values in every block; none before the first token."""

    tokens: Tensor
    past: Past | None


@checked
class GPT(torch.nn.Module):
    """``x_0 = e(y) + P``, causal pre-norm blocks, ``logits = E norm(x_L)``: the next token from all before it.

    ``E`` is the table of the tokens' vectors, or one of its own. With the default arguments it is GPT-2, small:
    124,439,808 parameters. Rotary positions have no table, but the network still reads no more than ``max_positions``
    tokens at once.

    It is a `deepdive.algorithms.decoding.Reader` whose state is a cache of keys and values, so that a step costs one
    token's work. Where tokens go beyond ``max_positions``, it forgets all but the last ``context // 2 + 1`` and reads
    these anew.

    Args:
        vocab_size: tokens to tell apart.
        max_positions: most tokens it sees at once.
        hidden_size: width of the vectors.
        num_heads: number of attention heads.
        num_layers: blocks.
        ffn_size: hidden units of the feed-forward network; by default four times ``hidden_size``.
        dropout: probability of dropping an element of vectors, of attention weights and of each part's outcome, 0 to 1.
        positions: ``learnt`` or ``rotary``.
        eps: of the norms.
        activation: of the feed-forward networks.
        attention_dropout: dropout probability of attention weights, if not ``dropout``.
        embedding_dropout: dropout probability of the embeddings, if not ``dropout``.
        attention_scales: of the scores, one for each block; by default ``1 / √(hidden_size / num_heads)``.
        tie_embeddings: whether the output is the table of the tokens' vectors.

    Raises:
        ValueError: a size is less than 1, ``num_heads`` does not divide ``hidden_size``, ``positions`` is unknown,
            there are not as many ``attention_scales`` as ``num_layers``; or from a call, if there are more tokens than
            ``max_positions``.
    """

    def __init__(
        self,
        vocab_size: PositiveInt = 50_257,
        max_positions: PositiveInt = 1024,
        hidden_size: PositiveInt = 768,
        num_heads: PositiveInt = 12,
        num_layers: PositiveInt = 12,
        ffn_size: PositiveInt | None = None,
        dropout: Probability = 0.1,
        positions: Literal["learnt", "rotary"] = "learnt",
        eps: NonNegativeFloat = 1e-5,
        activation: Activation = "gelu-tanh",
        attention_dropout: Probability | None = None,
        embedding_dropout: Probability | None = None,
        attention_scales: Sequence[float] | None = None,
        tie_embeddings: bool = True,
        *,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if max_positions < 2:
            raise ValueError(f"max_positions must be at least 2, got {max_positions}")
        if attention_scales is not None and len(attention_scales) != num_layers:
            raise ValueError(
                f"attention_scales must be one for each of {num_layers} layers, got {len(attention_scales)}"
            )
        self.max_positions = max_positions
        learnt = LearnedPositions(max_positions, hidden_size, nn=nn) if positions == "learnt" else None
        first = dropout if embedding_dropout is None else embedding_dropout
        self.tokens = TokenVectors(vocab_size, hidden_size, learnt, dropout=first, nn=nn)
        self.stack = Stack(
            [
                Block(
                    hidden_size,
                    num_heads,
                    4 * hidden_size if ffn_size is None else ffn_size,
                    eps=eps,
                    activation=activation,
                    dropout=dropout,
                    attention_dropout=dropout if attention_dropout is None else attention_dropout,
                    scale=None if attention_scales is None else attention_scales[i],
                    rotary=Rotary(hidden_size // num_heads) if positions == "rotary" else None,
                    nn=nn,
                )
                for i in range(num_layers)
            ],
            causal=True,
            norm=nn.LayerNorm(hidden_size, eps=eps),
            nn=nn,
        )
        self.output = nn.Linear(hidden_size, vocab_size, bias=False)
        if tie_embeddings:
            self.output.weight = self.tokens.table
        initialize_normal(self, hidden_size, scaled=True, nn=nn)

    def forward(self, tokens: Int64[Tensor, "b t"]) -> Float[Tensor, "b t v"]:
        """Logits of the token after each one."""
        x, _ = self._read(tokens, None)
        return self.output(x)

    def begin_state(self, rows: int) -> GPTState:
        """The state before the first token."""
        return GPTState(torch.empty(rows, 0, dtype=torch.int64, device=self.tokens.table.device), None)

    def read(self, tokens: Int64[Tensor, "n t"], state: GPTState) -> tuple[Float[Tensor, "n v"], GPTState]:
        """Logits of the token after several more, and the state after these: a prompt at once."""
        if state.tokens.shape[1] + tokens.shape[1] > self.max_positions:
            tokens = torch.cat([state.tokens, tokens], dim=1)[:, -(self.max_positions // 2 + 1) :]
            state = self.begin_state(len(tokens))
        x, past = self._read(tokens, state.past)
        return self.output(x[:, -1]), GPTState(torch.cat([state.tokens, tokens], dim=1), past)

    def step(self, tokens: Int64[Tensor, " n"], state: GPTState) -> tuple[Float[Tensor, "n v"], GPTState]:
        """Logits of the token after one more, and the next state."""
        return self.read(tokens.unsqueeze(1), state)

    def select(self, state: GPTState, rows: Int64[Tensor, " m"]) -> GPTState:
        """The states of these rows, which may repeat."""
        past = None if state.past is None else select_past(state.past, rows)
        return GPTState(state.tokens.index_select(0, rows), past)

    def _read(self, tokens: Tensor, past: Past | None) -> tuple[Tensor, Past]:
        start = 0 if past is None else past[0].keys.shape[2]
        if start + tokens.shape[1] > self.max_positions:
            raise ValueError(
                f"tokens reach position {start + tokens.shape[1]}, but max_positions is {self.max_positions}"
            )
        return self.stack(self.tokens(tokens, start), past=past)
