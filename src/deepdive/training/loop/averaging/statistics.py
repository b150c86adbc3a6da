"""Running statistics of normalisation layers, measured anew for the weights as they are."""

from collections.abc import Iterable

import torch
from torch import nn

from deepdive.data.types import Batch
from deepdive.training.devices import Precision
from deepdive.training.loop.evaluation import reset
from deepdive.training.loop.step import autocast
from deepdive.training.task import Task


@torch.no_grad()
def measure_statistics(
    task: Task, layers: list[nn.Module], batches: Iterable[Batch], device: torch.device, precision: Precision
) -> None:
    """Set the running statistics of normalisation layers to the means over batches, with the weights as they are."""
    step, training = autocast(task.validation_step, device, precision), task.training
    momenta = [layer.momentum for layer in layers]
    task.eval()  # no dropout, as in what will be evaluated
    try:
        for layer in layers:
            layer.reset_running_stats()  # pyright: ignore[reportCallIssue]
            layer.momentum = None  # pyright: ignore[reportArgumentType] - the mean of all batches
            layer.train()
        for batch in batches:
            step(batch)
    finally:
        for layer, momentum in zip(layers, momenta, strict=True):
            layer.momentum = momentum
        task.train(training)
        reset(task.metrics.values())


def statistics_layers(task: Task) -> list[nn.Module]:
    """Layers whose running statistics follow the training data; those of frozen layers do not."""
    training = task.training
    task.train()
    found = [
        layer
        for layer in task.network.modules()
        if layer.training and getattr(layer, "running_mean", None) is not None and hasattr(layer, "momentum")
    ]
    task.train(training)
    return found
