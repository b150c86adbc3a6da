"""A metric by a function of a batch."""

from collections.abc import Callable
from typing import Any

import torch
from jaxtyping import Shaped
from torch import Tensor

from deepdive.checks import told
from deepdive.training.metrics import Metric


class FunctionMetric(Metric):
    """``Σᵢ nᵢ f(oᵢ, yᵢ) / Σᵢ nᵢ`` over batches of ``nᵢ`` examples: for functions that are means over examples.

    Of others, such as a correlation, it is the mean over batches and no more; they need a `Metric`. Set
    ``function.higher_is_better = True`` where a run is to be judged by it.

    Args:
        function: of outputs and targets; gives one number, a tensor or not.
        name: of the function, for errors.

    Raises:
        ValueError: from ``update``, it gives something else.
    """

    total: Tensor
    count: Tensor

    def __init__(self, function: Callable[[Tensor, Tensor], Any], name: str = "function") -> None:
        super().__init__(total=torch.float64, count=torch.int64)
        self.function = function
        self.higher_is_better = bool(getattr(function, "higher_is_better", False))
        self._name = name

    def update(self, outputs: Shaped[Tensor, "..."], targets: Shaped[Tensor, "..."]) -> None:
        """Add what the function gives for a batch."""
        value = self.function(outputs.clone(), targets.clone())  # whatever it writes into them
        if isinstance(value, Tensor) and value.numel() == 1:
            value = value.detach().reshape(()).to(self.total.dtype)
        elif isinstance(value, bool | Tensor) or not hasattr(value, "__float__"):
            what = f"shape {tuple(value.shape)}" if isinstance(value, Tensor) else told(value)
            raise ValueError(f"{self._name} must give one number for a batch, got {what}")
        else:
            value = float(value)
        self.total.add_(value * len(targets))
        self.count.add_(len(targets))

    def compute(self) -> Tensor:
        """``total / count``."""
        return self.total / self.count
