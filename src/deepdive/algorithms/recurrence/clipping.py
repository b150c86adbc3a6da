"""Gradient clipping: the update of an exploding gradient, bounded (textbook section 9.5.3)."""

from collections.abc import Sequence

import torch
from torch import Tensor


def clip_by_norm(gradients: Sequence[Tensor], most: int | float) -> tuple[list[Tensor], float]:
    """``g ← min(1, most / ‖g‖) g`` with one norm over all of ``g``; the direction stays. Also returns ``‖g‖``.

    Raises:
        ValueError: there are no gradients, or ``most`` is not positive.

    Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013.
    """
    if not gradients:
        raise ValueError("gradients is empty; there is nothing to clip")
    if not most > 0:
        raise ValueError(f"most is {most}; it must be positive")
    norm = float(torch.linalg.vector_norm(torch.stack([torch.linalg.vector_norm(g) for g in gradients])))
    return [g * min(1.0, most / norm) if norm else g for g in gradients], norm
