"""Learning distances from pairs (Hadsell, Chopra and LeCun, 2006)."""

from jaxtyping import Float
from torch import Tensor

from deepdive.checks import check_bounds, check_not_empty
from deepdive.signatures import checked


@checked
def contrastive_loss(
    distance: Float[Tensor, " batch"], different: Float[Tensor, " batch"], margin: int | float = 1.0
) -> Float[Tensor, ""]:
    """``L = mean((1 - Y) D² / 2 + Y max(0, m - D)² / 2)``: pairs alike pull, others push until ``D = m``.

    ``distance`` is ``D ≥ 0``, ``different`` is ``Y``: 0 for pairs alike, 1 for others (equation 4 of the paper).

    Raises:
        ValueError: ``margin`` is not positive and finite, shapes differ, or there is no pair.
    """
    check_bounds("margin", margin, above=0)
    check_not_empty("distance", distance)
    push = (margin - distance).clamp(min=0)
    return ((1 - different) * distance.square() + different * push.square()).mean() / 2
