"""Whether probabilities are what they say: of the predictions made with 80 %, 80 % should be right."""

from typing import NamedTuple

import torch
from jaxtyping import Bool, Float, Float64, Int64
from torch import Tensor

from deepdive.checks import check_integer, check_range
from deepdive.signatures import checked


class Reliability(NamedTuple):
    """Predictions in bins by their confidence; the means of an empty bin are NaN."""

    counts: Int64[Tensor, " bins"]
    confidence: Float64[Tensor, " bins"]
    """The mean probability of the predicted class."""
    accuracy: Float64[Tensor, " bins"]
    """The fraction of predictions that are right."""

    @property
    def error(self) -> float:
        """Expected calibration error ``ECE = Σ_b (n_b / n) |acc_b - conf_b|``, from 0 to 1; NaN of nothing."""
        gaps = (self.accuracy - self.confidence).abs().nan_to_num(0.0)
        return float((self.counts * gaps).sum() / self.counts.sum())


@checked
def reliability(confidence: Float[Tensor, " n"], correct: Bool[Tensor, " n"], bins: int = 10) -> Reliability:
    """Bin ``b = 1, ..., B`` has the predictions of confidence in ``((b - 1) / B, b / B]``, the first also those of 0.

    Its ``error`` is the expected calibration error with bins of equal width (Guo et al., 2017, "On calibration of
    modern neural networks"), where ``confidence`` is the probability of the predicted class and ``correct`` whether
    that is the true one.

    >>> found = reliability(torch.tensor([0.9, 0.9, 0.6]), torch.tensor([True, False, True]))
    >>> found.counts.tolist(), round(found.error, 4)
    ([0, 0, 0, 0, 0, 1, 0, 0, 2, 0], 0.4)

    Raises:
        TypeError: confidences are not floating-point, or ``correct`` not boolean.
        ValueError: different lengths, a confidence outside of [0, 1], or ``bins`` is below 1.
    """
    check_integer("bins", bins, 1)
    check_range("confidence", confidence, 0, 1)
    p = confidence.double()
    edges = torch.arange(1, bins, dtype=torch.float64, device=p.device) / bins
    if confidence.dtype != torch.float64:  # 0.9 in single precision is 0.9, not a number above it
        edges = edges.to(confidence.dtype).double()
    index = torch.bucketize(p, edges)
    count = torch.bincount(index, minlength=bins)
    sums = (torch.bincount(index, weights=values.double(), minlength=bins) for values in (p, correct))
    means = [total / count for total in sums]
    return Reliability(count, *means)
