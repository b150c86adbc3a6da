"""Loss and metrics of a task over a whole loader."""

from collections.abc import Iterable
from typing import Literal

import torch

from deepdive.data.types import Loader
from deepdive.training.devices import Precision
from deepdive.training.formats import choose_format
from deepdive.training.loop.progress import DivergedError, LossBuffer, RunningMean, explained_by_data
from deepdive.training.loop.step import autocast, explain, weighed
from deepdive.training.metrics import Metric
from deepdive.training.task import Task


def evaluate(
    task: Task,
    loader: Loader,
    device: torch.device,
    *,
    prefix: str,
    precision: Precision | Literal["auto"] = "fp32",
    step: int = 0,
) -> dict[str, float]:
    """Mean loss and every metric over one pass, as ``<prefix>_loss``, ``<prefix>_accuracy``, ...

    The task is in evaluation mode for the pass, without gradients, and its metrics start from 0 and end at 0.

    Raises:
        ValueError: the loader has no examples, or none with a target that counts, or its batches lie on another device
            than the network.
        DivergedError: a loss is NaN or infinite; if the data hold NaN, says where.
    """
    if loader.num_examples == 0:
        raise ValueError(f"the {prefix} data has no examples")
    losses, mean = LossBuffer(), RunningMean()
    precision = choose_format(task.network, device, precision=precision).precision
    validation_step = autocast(task.validation_step, device, precision)
    training = task.training
    task.eval()
    reset(task.metrics.values())
    try:
        with torch.inference_mode():
            for batch in loader.batches(device=device):
                try:
                    value, weight = validation_step(batch), task.batch_weight(batch)
                except (RuntimeError, IndexError) as error:
                    explain(error, task, batch, precision)
                    raise
                losses.add(weighed(value, weight, "validation_step"), step)
        try:
            losses.flush_into(mean)
        except DivergedError as error:
            raise explained_by_data(error, loader, "validation" if prefix == "val" else prefix) from None
        mean.check(prefix)
        return {f"{prefix}_loss": mean.value} | {f"{prefix}_{name}": value for name, value in compute(task).items()}
    finally:
        task.train(training)
        reset(task.metrics.values())


def compute(task: Task) -> dict[str, float]:
    """The value of every metric."""
    return {name: float(metric.compute()) for name, metric in task.metrics.items()}


def reset(metrics: Iterable[Metric]) -> None:
    """Set metrics to 0."""
    for metric in metrics:
        metric.reset()
