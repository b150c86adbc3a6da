"""The vectors that a stack begins with."""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.models.transformers.core.positions import LearntPositions, SinusoidalPositions
from deepdive.toolkit import Toolkit


class TokenVectors(torch.nn.Module):
    """``x_t = dropout(s e(y_t) + P_t)``: vectors of tokens, with their places if these have vectors.

    Args:
        vocabulary_size: tokens to tell apart.
        width: of the vectors.
        positions: adds the vectors of places.
        scale: ``s``.
        dropout: share dropped, 0 to 1.

    Raises:
        ValueError: a size is less than 1.
    """

    def __init__(
        self,
        vocabulary_size: int,
        width: int,
        positions: LearntPositions | SinusoidalPositions | None = None,
        *,
        scale: float = 1.0,
        dropout: float = 0.0,
        nn: Toolkit = torch.nn,
    ) -> None:
        super().__init__()
        if vocabulary_size < 1 or width < 1:
            raise ValueError(f"vocabulary_size and width must be at least 1, got {vocabulary_size} and {width}")
        self.embedding = nn.Embedding(vocabulary_size, width)
        self.positions = positions
        self.scale = scale
        self.dropout = nn.Dropout(dropout)

    @property
    def table(self) -> torch.nn.Parameter:
        """The vectors of all tokens, ``(vocabulary_size, width)``."""
        return self.embedding.get_parameter("weight")

    def forward(self, tokens: Int64[Tensor, "b t"], start: int = 0) -> Float[Tensor, "b t width"]:
        """Vectors of tokens, the first of which is at place ``start``."""
        x = self.embedding(tokens)
        x = x if self.scale == 1 else x * self.scale
        return self.dropout(x if self.positions is None else self.positions(x, start))
