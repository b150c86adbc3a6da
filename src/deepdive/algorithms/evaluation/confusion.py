"""Which classes are taken for which."""

import torch
from jaxtyping import Int64, Integer
from torch import Tensor

from deepdive.checks import check_bounds, check_labels
from deepdive.signatures import checked


@checked
def confusion_matrix(
    predicted: Integer[Tensor, " n"], true: Integer[Tensor, " n"], num_classes: int
) -> Int64[Tensor, "classes classes"]:
    """``C[i, j]`` = how many examples of the true class ``i`` were called ``j``; rows are true, columns predicted.

    Raises:
        TypeError: classes are no integers.
        ValueError: different lengths, a class outside of [0, num_classes), or ``num_classes`` is below 1.
    """
    check_bounds("num_classes", num_classes, 1)
    check_labels("predicted", predicted, num_classes)
    check_labels("true", true, num_classes)
    # in 64 bits, whatever the classes are stored in: true · num_classes would overflow 8
    counts = torch.bincount(true.long() * num_classes + predicted.long(), minlength=num_classes**2)
    return counts.view(num_classes, num_classes)
