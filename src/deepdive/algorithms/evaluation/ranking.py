"""How well scores put what is positive above what is negative."""

import torch
from jaxtyping import Bool, Float, Float64
from torch import Tensor

from deepdive.signatures import checked


@checked
def auroc(scores: Float[Tensor, "n *classes"], positive: Bool[Tensor, "n *classes"]) -> Float64[Tensor, "*classes"]:
    """``AUROC = P(s_i > s_j) + P(s_i = s_j) / 2`` of a positive example ``i`` and a negative one ``j``.

    It is the area under the curve of the true positive rate against the false positive rate, and by ranks ``r``, the
    mean of them where scores are equal, ``(Σ_{i positive} r_i - P (P + 1) / 2) / (P N)`` with ``P`` positive and ``N``
    negative examples (Mann and Whitney, 1947; Hanley and McNeil, 1982). One half is chance. It takes ``O(n log n)``.

    Args:
        scores: the higher, the more positive; ``(n,)``, or ``(n, classes)`` for one area per column.
        positive: whether each example is.

    Returns:
        In [0, 1]; NaN where all or no examples are positive, or a score is NaN.

    >>> auroc(torch.tensor([0.9, 0.4, 0.4, 0.1]), torch.tensor([True, True, False, False])).item()
    0.875

    Raises:
        TypeError: scores are not floating-point, or ``positive`` is not boolean.
        ValueError: the shapes differ.
    """
    n = len(scores)
    if not n:
        return torch.full(scores.shape[1:], torch.nan, dtype=torch.float64, device=scores.device)
    columns, at = scores.reshape(n, -1).T.contiguous(), positive.reshape(n, -1).T  # (classes, n)
    ordered = columns.sort(dim=1).values
    below, up_to = torch.searchsorted(ordered, columns), torch.searchsorted(ordered, columns, right=True)
    ranks = (below + up_to + 1).double() / 2
    p = at.sum(1).double()
    area = ((ranks * at).sum(1) - p * (p + 1) / 2) / (p * (n - p))
    return torch.where(columns.isnan().any(1), torch.nan, area).reshape(scores.shape[1:])
