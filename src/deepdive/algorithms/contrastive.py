"""Learning distances from pairs (Hadsell, Chopra and LeCun, 2006)."""

from jaxtyping import Float
from torch import Tensor


def contrastive_loss(
    distance: Float[Tensor, " batch"], different: Float[Tensor, " batch"], margin: int | float = 1.0
) -> Float[Tensor, ""]:
    """``L = mean((1 - Y) D² / 2 + Y max(0, m - D)² / 2)``: pairs alike pull, others push until ``D = m``.

    ``distance`` is ``D ≥ 0``, ``different`` is ``Y``: 0 for pairs alike, 1 for others (equation 4 of the paper).

    Raises:
        ValueError: ``margin`` is not positive.
    """
    if not margin > 0:
        raise ValueError(f"margin is {margin}; it must be positive")
    push = (margin - distance).clamp(min=0)
    return ((1 - different) * distance.square() + different * push.square()).mean() / 2
