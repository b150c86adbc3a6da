"""How good the networks of a space are: not the best one counts, but all of them (Radosavovic et al., 2019)."""

import torch
from jaxtyping import Float, Float64, Real
from torch import Tensor

from deepdive.checks import check_bounds, check_finite, check_not_empty, check_range
from deepdive.signatures import checked


@checked
class ErrorDistribution:
    """The empirical distribution function of errors: ``F(e) = Σ_i w_i 1(e_i < e)``, ``w_i = 1/n`` unless given.

    >>> F = ErrorDistribution(torch.tensor([0.1, 0.2, 0.2, 0.4]))
    >>> F(torch.tensor([0.1, 0.3])).tolist()
    [0.0, 0.75]

    Weights are scaled to sum 1. Source: the paper's equation 1; D2L section 8.8.

    Raises:
        ValueError: there is no error, one is not finite, or weights are negative, all 0, or not one per error.
    """

    def __init__(self, errors: Real[Tensor, " n"], weights: Real[Tensor, " n"] | None = None) -> None:
        check_not_empty("errors", errors)
        check_finite("errors", errors)
        if weights is None:
            weights = torch.ones(len(errors))
        check_finite("weights", weights)
        check_range("weights", weights, 0)
        if not bool((weights > 0).any()):
            raise ValueError(f"weights must not all be 0, got {len(weights)} zeros")
        self.errors, order = errors.double().sort()
        self.weights = weights.double()[order] / weights.double().sum()
        self._below = torch.cat([torch.zeros(1, dtype=torch.float64), self.weights.cumsum(0)])

    @checked
    def __call__(self, e: Real[Tensor, "*shape"]) -> Float64[Tensor, "*shape"]:
        """The fraction of networks with an error below ``e``."""
        return self._below[torch.searchsorted(self.errors, e.double().contiguous())].clamp(max=1)

    @property
    def minimum(self) -> float:
        """The error of the best network; with more networks it falls, whatever the space."""
        return float(self.errors[0])

    @property
    def mean(self) -> float:
        """``Σ w_i e_i``, which is ``∫ (1 - F(e)) de`` from 0 up."""
        return float(self.weights @ self.errors)

    @property
    def median(self) -> float:
        """The least error that half of the weight does not exceed."""
        return float(self.errors[int((self.weights.cumsum(0) < 0.5 - 1e-12).sum())])

    @checked
    def area(self, end: float) -> float:
        """``∫ F(e) de`` from 0 to ``end``, for errors from 0 up; for ``end`` of the worst error, ``end - mean``."""
        return float(self.weights @ (end - self.errors).clamp(min=0))


@checked
def complexity_weights(complexity: Real[Tensor, " n"], bins: int = 10) -> Float[Tensor, " n"]:
    """Weights under which the complexity is as good as uniform: the same total in every bin that is not empty.

    For spaces whose networks do not cost the same; both sides need the same range (Radosavovic et al., 2019,
    section 3.3).

    Raises:
        ValueError: ``bins`` is less than 1, there are no numbers, or one is not finite.
    """
    check_bounds("bins", bins, 1)
    check_not_empty("complexity", complexity)
    check_finite("complexity", complexity)
    c = complexity.double()
    width = float(c.max() - c.min()) / bins
    bin = ((c - c.min()) / width).long().clamp(max=bins - 1) if width else torch.zeros(len(c), dtype=torch.long)
    counts = bin.bincount(minlength=bins)
    return 1 / (int((counts > 0).sum()) * counts[bin].double())
