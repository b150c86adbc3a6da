"""Targets drawn from a network's own predictions: their gradients tell the curvature of the loss."""

from typing import Any

import torch
from torch import Tensor

from deepdive.data.types import Batch


def drawn_loss(task: Any, batch: Batch) -> Tensor:
    """Cross-entropy of classes drawn from the probabilities that the network predicts for a batch (Liu et al., 2023).

    Metrics do not see the predictions, and what a task carries from batch to batch is as before.

    Raises:
        ValueError: the loss of the task is no cross-entropy.
    """
    loss = getattr(task, "loss", None)
    if not any(kind.__name__ == "CrossEntropyLoss" for kind in type(loss).__mro__) or not hasattr(task, "_mean"):
        name = getattr(loss, "__name__", type(loss).__name__)
        raise ValueError(f"loss must be cross-entropy for an optimiser that draws targets (sophia-g), got {name}")
    mean, metrics, carried = task._mean, task.metrics, {name: x.clone() for name, x in task.own_state().items()}
    task._mean = _DrawnMean(mean, loss)
    task.metrics = {}
    try:
        return task._mean_loss(batch)
    finally:
        task._mean, task.metrics = mean, metrics
        task.load_own_state(carried)


def drawn_classes(logits: Tensor, targets: Tensor, loss: Any) -> Tensor:
    """Classes drawn from ``softmax(logits)``, in the places of targets that count.

    Args:
        logits: ``(batch, classes, ...)``.
        targets: classes ``(batch, ...)``, or probabilities of the shape of the logits.
        loss: cross-entropy, whose ``ignore_index`` marks targets that do not count.
    """
    rows = logits.detach().float().movedim(1, -1)
    drawn = torch.distributions.Categorical(logits=rows, validate_args=False).sample()
    if targets.is_floating_point():  # each example counts
        return drawn
    return torch.where(targets == loss.ignore_index, targets, drawn)


class _DrawnMean:
    """The mean of a loss on drawn targets in place of those that it is given; all else is as of the mean."""

    def __init__(self, mean: Any, loss: Any) -> None:
        self._mean, self._loss = mean, loss

    def __call__(self, outputs: Tensor, targets: Tensor) -> Tensor:
        return self._mean(outputs, drawn_classes(outputs, targets, self._loss))

    def __getattr__(self, name: str) -> Any:
        return getattr(self._mean, name)
