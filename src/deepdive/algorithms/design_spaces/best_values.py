"""Which values of a parameter the good networks have."""

from typing import NamedTuple

import torch
from jaxtyping import Num
from torch import Tensor


class BestValue(NamedTuple):
    """Where the best value of a parameter probably is."""

    lower: float
    median: float
    upper: float


def best_value(
    values: Num[Tensor, " values"],
    errors: Num[Tensor, " n"],
    *,
    share: float = 0.25,
    confidence: float = 0.95,
    draws: int = 10_000,
    seed: int = 0,
) -> BestValue:
    """The paper's empirical bootstrap: the value of the best network among some drawn with replacement, many times.

    ``share`` of the networks are drawn each time; the median of their best values is the estimate, and the middle
    ``confidence`` of them the interval. Where it is narrow, the parameter matters (Radosavovic et al., 2020,
    section 3.2).

    Raises:
        ValueError: lengths differ or are 0, an error is not finite, or a number is out of its range.
    """
    n = len(errors)
    if n == 0 or len(values) != n:
        raise ValueError(f"there must be one value for each error, and at least one; got {len(values)} and {n}")
    if not bool(errors.isfinite().all()):
        raise ValueError(f"errors must be finite, got {errors.tolist()[:10]}")
    for name, number in (("share", share), ("confidence", confidence)):
        if not 0 < number < 1:
            raise ValueError(f"{name} must be between 0 and 1, exclusive, got {number}")
    if draws < 1:
        raise ValueError(f"draws must be at least 1, got {draws}")
    generator = torch.Generator().manual_seed(seed)
    drawn = torch.randint(n, (draws, max(1, int(n * share))), generator=generator)
    best = drawn.gather(1, errors[drawn].argmin(dim=1, keepdim=True))[:, 0]
    ends = torch.tensor([(1 - confidence) / 2, 0.5, (1 + confidence) / 2], dtype=torch.float64)
    return BestValue(*values.double()[best].quantile(ends).tolist())
