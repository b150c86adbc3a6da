"""The law of word frequencies (Zipf, 1949; D2L section 9.2.5)."""

from dataclasses import dataclass

import torch
from jaxtyping import Float64, Real
from torch import Tensor

from deepdive.checks import check_finite, check_range
from deepdive.signatures import checked


@dataclass(frozen=True)
class ZipfFit:
    """``log frequency = intercept - exponent · log rank``, natural logarithms, fitted on a range of ranks."""

    exponent: float
    intercept: float
    first: int
    """The first rank of the range, from 1."""
    last: int
    """The last rank of the range."""

    @checked
    def frequency(self, rank: Real[Tensor, "*ranks"]) -> Float64[Tensor, "*ranks"]:
        """What the law says of ranks: ``exp(intercept) / rank^exponent``.

        Raises:
            ValueError: a rank is not above 0.
        """
        check_range("rank", rank, above=0)
        return torch.exp(self.intercept - self.exponent * rank.double().log())


@checked
def zipf_fit(counts: Real[Tensor, " m"], *, first: int = 1, last: int | None = None) -> ZipfFit:
    """The line of least squares through log frequency over log rank.

    Frequencies are ranked from the largest, whatever their order. The first few ranks and those of words that occur
    once or twice follow the law least; a range of ranks leaves them out.

    Args:
        counts: how often each word occurs; zeros are left out.
        first: the first rank that counts, from 1.
        last: the last rank that counts; by default the last there is.

    Raises:
        ValueError: a count is negative or not finite, or the range has fewer than 2 ranks.

    """
    check_finite("counts", counts)
    check_range("counts", counts, 0)
    ranked = counts[counts > 0].double().sort(descending=True).values
    end = len(ranked) if last is None else min(last, len(ranked))
    if first < 1 or end - first < 1:
        raise ValueError(
            f"first and last must leave at least 2 of {len(ranked)} ranks, counted from 1, got {first} and {last}"
        )
    x = torch.arange(first, end + 1, dtype=torch.float64).log()
    y = ranked[first - 1 : end].log()
    slope = float(((x - x.mean()) * (y - y.mean())).sum() / (x - x.mean()).square().sum())
    return ZipfFit(-slope, float(y.mean() - slope * x.mean()), first, end)
