"""What all losses share: how many become one, and targets that fit their inputs."""

import warnings
from typing import Literal

import torch
from jaxtyping import Real
from torch import Tensor
from torch.nn import Module

from deepdive.checks import shown
from deepdive.scratch._arguments import check_option, checked, fit_together

Reduction = Literal["none", "mean", "sum"]
Weight = Real[Tensor, "..."] | None


class Loss(Module):
    """A loss of which all, the mean or the sum is given."""

    def __init__(self, reduction: Reduction) -> None:
        super().__init__()
        check_option("reduction", reduction, Reduction)
        self.reduction: Reduction = reduction


class PlainLoss(Loss):
    """A loss that has nothing else to set."""

    @checked
    def __init__(self, *, reduction: Reduction = "mean") -> None:
        super().__init__(reduction)


def broadcast_pair(loss: Module, input: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Input and target in the dtype of both together; of shapes that differ, with a warning as in the library.

    Raises:
        TypeError: neither is floating-point, or one is complex.
        ValueError: their shapes do not fit each other.
    """
    dtype = torch.promote_types(input.dtype, target.dtype)
    if not dtype.is_floating_point:
        raise TypeError(f"input or target must be floating-point, got {input.dtype} and {target.dtype}")
    if input.shape != target.shape:
        check_broadcast_pair(input, target)
        warnings.warn(
            f"{type(loss).__name__} broadcasts input {tuple(input.shape)} against target {tuple(target.shape)}; "
            "give both the same shape",
            stacklevel=4,
        )
    return input.to(dtype), target.to(dtype)


def check_broadcast_pair(input: Tensor, target: Tensor, name: str = "target") -> None:
    """Check that two shapes broadcast.

    Raises:
        ValueError: they do not.
    """
    if not fit_together(input.shape, target.shape):
        raise ValueError(f"{name} must have the shape of input, {shown(input.shape)}, got {shown(target.shape)}")


def reduced(loss: Tensor, reduction: Reduction, divisor: Tensor | None = None) -> Tensor:
    """All losses, their sum, or the sum by ``divisor``: by the number of losses if not given."""
    if reduction == "none":
        return loss
    if reduction == "sum":
        return loss.sum()
    if divisor is not None:
        return loss.sum() / divisor
    return loss.mean()
