"""Metrics as tensor accumulators: an update costs a few small kernels and never waits for the device."""

from abc import ABC, abstractmethod

import torch
from jaxtyping import Float, Int, Num
from torch import Tensor, nn


class Metric(nn.Module, ABC):
    """A number over many batches: ``update`` per batch, ``compute`` once, ``reset`` before the next pass.

    The state is a set of buffers, so it follows the task to its device and into a checkpoint.
    """

    higher_is_better: bool = False

    def add_state(self, name: str, dtype: torch.dtype = torch.float32) -> None:
        """Register a scalar accumulator that starts at 0."""
        self.register_buffer(name, torch.zeros((), dtype=dtype), persistent=False)

    def reset(self) -> None:
        """Set every accumulator to 0."""
        for buffer in self.buffers():
            buffer.zero_()

    @abstractmethod
    def update(self, outputs: Tensor, targets: Tensor) -> None:
        """Add one batch."""

    @abstractmethod
    def compute(self) -> Tensor:
        """The metric over everything added since the last reset: a scalar, NaN if nothing was added."""


class Accuracy(Metric):
    """Share of examples whose true class is among the ``top`` most likely ones.

    ``accuracy = sum_i [y_i in top(o_i)] / n`` with logits ``o`` of shape ``(n, classes, ...)`` and class numbers
    ``y`` of shape ``(n, ...)``; range 0 to 1.

    Raises:
        ValueError: ``top`` is less than 1.
    """

    higher_is_better = True
    correct: Tensor
    count: Tensor

    def __init__(self, top: int = 1) -> None:
        super().__init__()
        if top < 1:
            raise ValueError(f"top is {top}; it must be at least 1")
        self.top = top
        self.add_state("correct", torch.int64)
        self.add_state("count", torch.int64)

    def update(self, outputs: Float[Tensor, "n classes *rest"], targets: Int[Tensor, "n *rest"]) -> None:
        """Add a batch of logits (or probabilities) and class numbers."""
        if self.top == 1:
            hits = outputs.argmax(dim=1) == targets
        else:
            hits = (outputs.topk(self.top, dim=1).indices == targets.unsqueeze(1)).any(dim=1)
        self.correct.add_(hits.sum())
        self.count.add_(targets.numel())

    def compute(self) -> Tensor:
        """``correct / count``."""
        return self.correct / self.count


class MeanSquaredError(Metric):
    """``mse = sum_i (o_i - y_i)^2 / n``, or its square root with ``root=True`` (in the target's unit)."""

    squares: Tensor
    count: Tensor

    def __init__(self, *, root: bool = False) -> None:
        super().__init__()
        self.root = root
        self.add_state("squares")
        self.add_state("count", torch.int64)

    def update(self, outputs: Float[Tensor, "*shape"], targets: Num[Tensor, "*shape"]) -> None:
        """Add a batch of predictions and targets of the same shape."""
        self.squares.add_(nn.functional.mse_loss(outputs, targets, reduction="sum"))
        self.count.add_(targets.numel())

    def compute(self) -> Tensor:
        """``squares / count`` or its root."""
        mean = self.squares / self.count
        return mean.sqrt() if self.root else mean
