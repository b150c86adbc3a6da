"""What a search finds, and how sequences of different lengths compare."""

from dataclasses import dataclass

import torch
from jaxtyping import Float, Int64
from torch import Tensor

from deepdive.checks import check_bounds
from deepdive.signatures import checked


@dataclass(frozen=True)
class Hypotheses:
    """The ``k`` best sequences found for each of ``n`` inputs, best first.

    Where fewer than ``k`` were found, the rest have length 0 and the score ``-inf``.
    """

    tokens: Int64[Tensor, "n k t"]
    """Without the start token and with the end token, if the sequence came to its end; padded behind."""
    lengths: Int64[Tensor, "n k"]
    """Tokens of each, the end token included."""
    scores: Float[Tensor, "n k"]
    """What they are ordered by."""
    log_probabilities: Float[Tensor, "n k"]
    """``log p(y_1, ..., y_L)`` as the decoder says, whatever the score is."""

    def best(self, end: int | None = None) -> list[list[int]]:
        """The tokens of the best sequence of each input, without the end token."""
        rows = zip(self.tokens[:, 0].tolist(), self.lengths[:, 0].tolist(), strict=True)
        found = [row[:length] for row, length in rows]
        return [row[:-1] if row and row[-1] == end else row for row in found]


@checked
def length_penalty(lengths: Int64[Tensor, "*shape"], alpha: float, offset: float = 5.0) -> Float[Tensor, "*shape"]:
    """``lp(L) = ((offset + L) / (offset + 1))^alpha``, by which log-probabilities are divided.

    Each further token lowers ``log p``, so that without a penalty short sequences win; ``alpha = 0`` is without.
    ``offset = 5`` with ``alpha`` about 0.6 is that of Wu et al. (2016); ``offset = 0`` gives ``1 / L^alpha`` of
    D2L section 10.8, with ``alpha`` about 0.75.

    Raises:
        ValueError: ``alpha`` or ``offset`` is negative or not finite.
    """
    check_bounds("alpha", alpha, 0)
    check_bounds("offset", offset, 0)
    return ((offset + lengths.to(torch.get_default_dtype())) / (offset + 1)) ** alpha
