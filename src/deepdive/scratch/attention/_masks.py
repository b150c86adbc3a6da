"""Masks of attention: checked, and turned into numbers that are added to the scores."""

import torch
from torch import Tensor


def added(mask: Tensor, name: str, shapes: list[tuple[int, ...]], dtype: torch.dtype) -> Tensor:
    """A mask that says where attention may NOT look, as 0 and -inf; numbers stay as they are.

    Raises:
        ValueError: it has none of these shapes.
        TypeError: it holds neither booleans nor floating-point numbers.
    """
    if tuple(mask.shape) not in shapes:
        wanted = " or ".join(map(str, shapes))
        raise ValueError(f"{name} has shape {tuple(mask.shape)}; it must have {wanted}")
    check_type(mask, name)
    if mask.dtype == torch.bool:
        return torch.zeros(mask.shape, dtype=dtype, device=mask.device).masked_fill(mask, -torch.inf)
    return mask.to(dtype)


def check_type(mask: Tensor, name: str) -> None:
    """Check that a mask holds booleans or floating-point numbers.

    Raises:
        TypeError: it does not.
    """
    if mask.dtype != torch.bool and not mask.is_floating_point():
        raise TypeError(f"{name} holds {mask.dtype}; it must hold booleans, or floating-point numbers to be added")
