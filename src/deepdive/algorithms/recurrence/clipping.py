"""Gradient clipping: the update of an exploding gradient, bounded (D2L section 9.5.3)."""

from collections.abc import Sequence

import torch
from torch import Tensor

from deepdive.checks import check_bounds, check_dtype
from deepdive.signatures import checked


@checked
def clip_by_norm(gradients: Sequence[Tensor], max_norm: int | float) -> tuple[list[Tensor], float]:
    """``g ← min(1, most / ‖g‖) g`` with one norm over all of ``g``; the direction stays. Also returns ``‖g‖``.

    Raises:
        TypeError: a gradient is not floating-point.
        ValueError: there are no gradients, or ``max_norm`` is not positive and finite.

    Source: Pascanu, Mikolov and Bengio, On the difficulty of training recurrent neural networks, 2013.
    """
    if not len(gradients):
        raise ValueError("gradients must not be empty: there is nothing to clip, got none")
    check_bounds("max_norm", max_norm, above=0)
    for i, g in enumerate(gradients):
        check_dtype(f"gradients[{i}]", g, "floating-point")
    # in double precision, as squares of half precision leave its range beyond 256
    norm = float(torch.stack([torch.linalg.vector_norm(g, dtype=torch.float64) for g in gradients]).norm())
    return [g * min(1.0, max_norm / norm) if norm else g for g in gradients], norm
