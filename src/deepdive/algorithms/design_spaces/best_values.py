"""Which values of a parameter the good networks have."""

from typing import NamedTuple

import torch
from jaxtyping import Real
from torch import Tensor

from deepdive.checks import check_bounds, check_finite, check_not_empty
from deepdive.signatures import checked


class BestValue(NamedTuple):
    """Where the best value of a parameter probably is."""

    lower: float
    median: float
    upper: float


@checked
def best_value(
    values: Real[Tensor, " n"],
    errors: Real[Tensor, " n"],
    *,
    fraction: float = 0.25,
    confidence: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
) -> BestValue:
    """The paper's empirical bootstrap: the value of the best network among some drawn with replacement, many times.

    ``fraction`` of the networks are drawn each time; the median of their best values is the estimate, and the middle
    ``confidence`` of them the interval. Where it is narrow, the parameter matters (Radosavovic et al., 2020,
    section 3.2).

    Raises:
        ValueError: lengths differ or are 0, a value or an error is not finite, or a number is out of its range.
    """
    n = len(errors)
    check_not_empty("errors", errors)
    check_finite("values", values)
    check_finite("errors", errors)
    check_bounds("fraction", fraction, above=0, below=1)
    check_bounds("confidence", confidence, above=0, below=1)
    check_bounds("draws", draws, 1)
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(n, (draws, max(1, int(n * fraction))), generator=generator)
    best = drawn.gather(1, errors[drawn].argmin(dim=1, keepdim=True))[:, 0]
    ends = torch.tensor([(1 - confidence) / 2, 0.5, (1 + confidence) / 2], dtype=torch.float64)
    return BestValue(*values.double()[best].quantile(ends).tolist())
