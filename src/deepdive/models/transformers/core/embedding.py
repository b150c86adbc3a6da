"""The vectors that a stack begins with."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.models.transformers.core.positions import LearnedPositions, SinusoidalPositions
from deepdive.signatures import checked
from deepdive.signatures.bounds import PositiveInt, Probability
from deepdive.toolkit import Toolkit


@checked
class TokenVectors(torch.nn.Module):
    """``x_t = dropout(s e(y_t) + P_t)``: vectors of tokens, with their positions if these have vectors.

    Args:
        vocab_size: tokens to tell apart.
        hidden_size: width of the vectors.
        positions: adds the vectors of positions.
        scale: ``s``.
        dropout: probability of dropping an element, 0 to 1.

    Raises:
        ValueError: a size is less than 1.
    """

    def __init__(
        self,
        vocab_size: PositiveInt,
        hidden_size: PositiveInt,
        positions: LearnedPositions | SinusoidalPositions | None = None,
        *,
        scale: float = 1.0,
        dropout: Probability = 0.0,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.positions = positions
        self.scale = scale
        self.dropout = nn.Dropout(dropout)

    @property
    def table(self) -> torch.nn.Parameter:
        """The vectors of all tokens, ``(vocab_size, hidden_size)``."""
        return self.embedding.get_parameter("weight")

    def forward(self, tokens: Int64[Tensor, "b t"], start: int = 0) -> Float[Tensor, "b t hidden_size"]:
        """Vectors of tokens, the first of which is at position ``start``."""
        x = self.embedding(tokens)
        x = x if self.scale == 1 else x * self.scale
        return self.dropout(x if self.positions is None else self.positions(x, start))
