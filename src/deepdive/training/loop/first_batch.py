"""Lazy layers get their sizes before anything asks for them (D2L section 6.4)."""

import torch

from deepdive.algorithms.inspection import check_sizes_known, unknown_sizes
from deepdive.data.own import IterableLoader
from deepdive.data.types import DataModule
from deepdive.training.task import Task


def size_lazy_layers(task: Task, data: DataModule, device: torch.device) -> None:
    """Show the first training batch to a network whose sizes are not known yet; others are left alone.

    It is a validation step without gradients, so that nothing but the sizes and the first weights comes of it.

    Raises:
        ValueError: the batch does not reach all lazy layers; names those it leaves.
    """
    if not unknown_sizes(task):
        return
    loader = data.train_loader()
    batch = loader.first(device) if isinstance(loader, IterableLoader) else next(loader.batches(device=device))
    training, metrics = task.training, task.metrics
    task.metrics = {}
    task.eval()
    try:
        with torch.no_grad():
            task.validation_step(batch)
    finally:
        task.train(training)
        task.metrics = metrics
    check_sizes_known(task)
