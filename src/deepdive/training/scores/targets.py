"""Class numbers of a batch, checked against its outputs."""

import torch
from jaxtyping import Int64, Shaped
from torch import Tensor

from deepdive.checks import check_dimensions, check_dtype, check_labels, check_range, shown
from deepdive.targets import IGNORED
from deepdive.training.losses import at_hand


def one_per_example(outputs: Shaped[Tensor, "..."]) -> bool:
    """Whether there is one output ``(n,)`` or ``(n, 1)`` per example: that of class 1, of two."""
    return outputs.ndim == 1 or (outputs.ndim == 2 and outputs.shape[1] == 1)


def class_numbers(outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> Int64[Tensor, " m"]:
    """The class numbers of all examples and positions in a row, -100 for those to be ignored.

    Args:
        outputs: logits or probabilities ``(n, classes, ...)``, or one per example.
        targets: class numbers ``(n, ...)``; beside one output per example truths in any dtype, in the shape of the
            outputs or ``(n,)``, of which those above 1/2 count as class 1.

    Raises:
        TypeError: outputs are not floating-point, or targets are no integers.
        ValueError: the shapes do not fit, or a target is out of range; on a device, which is not waited for, it is not
            looked for.
    """
    check_dtype("outputs", outputs, "floating-point")
    if not one_per_example(outputs):
        check_dtype("targets", targets, "integer")
        check_dimensions("targets", targets, outputs.shape[0], *outputs.shape[2:])
        if at_hand(targets):
            check_labels("targets", targets, outputs.shape[1], IGNORED)
        return targets.reshape(-1).long()
    check_dtype("targets", targets, "integer", "boolean", "floating-point")  # 0 and 1, as their loss wants them
    if targets.shape not in (outputs.shape, outputs.shape[:1]):
        raise ValueError(f"targets must have shape {shown(outputs.shape)}, got {shown(targets.shape)}")
    targets = targets.reshape(-1)
    kept = targets != IGNORED
    if at_hand(targets):
        check_range("targets", targets.where(kept, 0), 0, 1)
    return torch.where(kept, (targets > 0.5).long(), IGNORED)
