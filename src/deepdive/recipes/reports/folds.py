"""What baselines learn from and are measured on: training and test examples, once or fold by fold."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from torch import Tensor

Inputs = np.ndarray | Tensor | list[str]
"""Features ``(n, d)`` as an array, images ``(n, channels, height, width)`` as bytes in a tensor, or texts."""


@dataclass(frozen=True)
class Fold:
    """Training and test examples: targets at once, what they are predicted from when it is asked for."""

    train: Tensor
    """Class numbers, or numbers, of the examples that are learnt from."""
    test: Tensor
    inputs: Callable[[], tuple[Inputs, Inputs]] | None = None
    """Those of training and test examples; ``None``: nothing but targets is compared."""
