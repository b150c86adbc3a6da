"""Which classes are taken for which."""

import torch
from jaxtyping import Int64
from torch import Tensor


def confusion_matrix(
    predicted: Int64[Tensor, " n"], true: Int64[Tensor, " n"], num_classes: int
) -> Int64[Tensor, "classes classes"]:
    """``C[i, j]`` = how many examples of the true class ``i`` were called ``j``; rows are true, columns predicted.

    Raises:
        ValueError: different lengths, or a class outside of [0, num_classes).
    """
    if predicted.shape != true.shape:
        raise ValueError(f"predicted and true must be as long, got {len(predicted)} and {len(true)}")
    for name, classes in (("predicted", predicted), ("true", true)):
        if classes.numel() and not bool(((classes >= 0) & (classes < num_classes)).all()):
            low, high = classes.aminmax()
            wrong = int(low if low < 0 else high)
            raise ValueError(f"{name} must hold classes in [0, {num_classes}), got {wrong}")
    return torch.bincount(true * num_classes + predicted, minlength=num_classes**2).view(num_classes, num_classes)
