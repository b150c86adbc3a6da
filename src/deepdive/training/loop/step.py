"""One optimiser step: forward, backward, accumulation, precision, clipping, schedule."""

import warnings
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import Any, Literal

import torch
from torch import Tensor, nn

from deepdive.data.types import Batch
from deepdive.training.calling import ONE_VALUE, explain_layer, explain_probabilities
from deepdive.training.devices import Precision, autocast_dtype, explain_devices, explain_precision
from deepdive.training.drawing import drawn_loss
from deepdive.training.losses import Loss, Weight
from deepdive.training.task import Optimization, Task

_CURVATURE_EVERY = 10
"""Steps between two estimates of the curvature (Liu et al., 2023)."""


class Stepper:
    """Turns batches into optimiser steps for one task on one device.

    ``batch_size`` is that of all batches but perhaps the last; ``None`` if nothing tells.
    """

    def __init__(
        self,
        task: Task,
        optimization: Optimization,
        device: torch.device,
        *,
        precision: Precision = "fp32",
        clip_norm: float | None = None,
        clip_value: float | None = None,
        compile: bool = False,
        batch_size: int | None,
    ) -> None:
        self._task = task
        self._device = device
        self.optimizer = optimization.optimizer
        self.schedule = optimization.schedule
        self._schedule_steps = optimization.interval == "step" and self.schedule is not None
        self._parameters = [p for group in self.optimizer.param_groups for p in group["params"]]
        self._clip_norm = clip_norm
        self._clip_value = clip_value
        self._batch_size = batch_size
        self.learning_rate: float | Tensor = 0.0
        """What the first parameter group learnt with in the last update."""
        self._clipped = clip_norm is not None or clip_value is not None
        self._compile = compile
        self.compute_in(precision)

    def compute_in(self, precision: Precision) -> None:
        """Set the precision, before the first step."""
        self._precision: Precision = precision
        self._scaled = precision == "fp16"
        self.scaler = torch.amp.GradScaler(self._device.type, enabled=self._scaled)
        self._eager = autocast(self._task.training_step, self._device, precision)
        self._compiled = torch.compile(self._eager, dynamic=False) if self._compile else None

    def accumulate(self, batches: Sequence[Batch], step: int = 0) -> Iterator[Loss]:
        """Add the gradient of the loss of all batches together, one after the other, and give the loss of each.

        In every tenth ``step`` an optimiser that has ``update_hessian`` estimates the curvature first.

        ``Σₖ Σᵢ wₖᵢ lₖᵢ / Σᵢ wₖᵢ`` over the terms ``k`` of the loss and the batches ``i``: whatever their sizes, that of
        their union.
        """
        if step % _CURVATURE_EVERY == 0 and hasattr(self.optimizer, "update_hessian"):
            self._estimate_curvature(batches[0])
        weights = [self._task.batch_weight(batch) for batch in batches] if len(batches) > 1 else []
        total = sum(weights) if weights else None
        for i, batch in enumerate(batches):
            loss = self.loss(batch, weights[i] if weights else None)
            self.backward(loss, total, len(batches))
            yield Loss(loss.value.detach(), loss.weight)

    def _estimate_curvature(self, batch: Batch) -> None:
        """Gauss-Newton-Bartlett: by the gradient on targets that the network draws itself."""
        autocast(partial(drawn_loss, self._task), self._device, self._precision)(batch).backward()
        optimizer: Any = self.optimizer
        optimizer.update_hessian(max(1, int(self._task.batch_weight(batch))))
        optimizer.zero_grad()

    def loss(self, batch: Batch, weight: Weight | None = None) -> Loss:
        """Mean loss of the batch, of this weight if that is known; compiled for whole batches only.

        A smaller last batch is not worth it.

        Raises:
            ValueError: the network and the batch lie on several devices; names them. The device lacks the precision.
                Batch normalisation has one value per channel; names the layer.
        """
        step = self._eager if self._compiled is None or not self._whole(batch) else self._compiled
        try:
            value = step(batch)
            weight = self._task.batch_weight(batch) if weight is None else weight
        except ValueError as error:
            if ONE_VALUE.search(str(error)):
                explain_layer(error, self._task)
            raise
        except (RuntimeError, IndexError) as error:
            explain(error, self._task, batch, self._precision)
            raise
        return weighed(value, weight, "training_step")

    def _whole(self, batch: Batch) -> bool:
        """Whether it has as many examples as all but the last; as many as the first one, if nothing tells."""
        rows = batch[0].shape[0]
        self._batch_size = rows if self._batch_size is None else self._batch_size
        return rows == self._batch_size

    def backward(self, loss: Loss, total: Weight | None = None, batches: int = 1) -> None:
        """Add the gradient of a batch, one of several of ``total`` weight; of one alone without it.

        Raises:
            ValueError: the loss does not depend on any parameter; the device lacks the precision.
        """
        if total is not None:
            value = loss.contribution(total, batches)
        else:
            value = loss.value.sum() if loss.value.ndim else loss.value
        if not value.requires_grad:
            raise ValueError(
                "loss must depend on what the network learns, got one without a gradient, as argmax, comparisons, "
                "detach and item give it"
            )
        try:
            (self.scaler.scale(value) if self._scaled else value).backward()
        except RuntimeError as error:
            explain_precision(error, self._precision)
            raise

    def update(self) -> None:
        """Clip, step, clear the gradients, move the schedule."""
        self.learning_rate = self.optimizer.param_groups[0]["lr"]
        if self._scaled:
            self.scaler.unscale_(self.optimizer)
        if self._clipped:
            self._clip()
        if self._scaled:
            moved = self._scaled_step()
        else:
            self.optimizer.step()
            moved = True
        self.optimizer.zero_grad()
        if moved and self._schedule_steps and self.schedule is not None:
            self.schedule.step()

    def load_optimizer(self, state: dict[str, Any]) -> None:
        """Go back to a saved state of the optimiser, each tensor laid out in memory as its parameter is.

        A checkpoint does not keep the layout, and another layout may round differently.
        """
        self.optimizer.load_state_dict(state)
        for parameter, values in self.optimizer.state.items():
            for name, value in values.items():
                if isinstance(value, Tensor) and value.shape == parameter.shape:
                    values[name] = torch.empty_like(parameter, dtype=value.dtype).copy_(value)

    def end_epoch(self) -> None:
        """Move a schedule that counts epochs."""
        if self.schedule is not None and not self._schedule_steps:
            with warnings.catch_warnings():  # a run resumed at the end of an epoch has made no step in this process
                warnings.filterwarnings("ignore", "Detected call of .lr_scheduler.step", UserWarning)
                self.schedule.step()

    def _scaled_step(self) -> bool:
        """Step unless the scaled gradients overflowed; then only the scale falls."""
        before = self.scaler.get_scale()
        self.scaler.step(self.optimizer)
        self.scaler.update()
        return self.scaler.get_scale() >= before

    def _clip(self) -> None:
        if self._clip_value is not None:
            nn.utils.clip_grad_value_(self._parameters, self._clip_value)
        if self._clip_norm is not None:
            nn.utils.clip_grad_norm_(self._parameters, self._clip_norm)


def explain(error: Exception, task: Task, batch: Batch, precision: str) -> None:
    """Raise a clearer error from one that a step raised, if it is known; else do nothing.

    Raises:
        ValueError: tells the devices, the precision or the layer.
    """
    if isinstance(error, RuntimeError):
        explain_devices(error, task, batch)
        explain_precision(error, precision)
        explain_probabilities(error)
    explain_layer(error, task)


def weighed(value: Tensor, weight: Weight, step: Literal["training_step", "validation_step"]) -> Loss:
    """What a step gave and what it is a mean over.

    Raises:
        ValueError: there is not one mean per weight.
    """
    if value.ndim != (weight.ndim if isinstance(weight, Tensor) else 0) or value.ndim > 1:
        of = f"weights of shape {tuple(weight.shape)}" if isinstance(weight, Tensor) else "one weight"
        raise ValueError(f"{step} must give one mean per weight, got shape {tuple(value.shape)} for {of}")
    return Loss(value, weight)


def autocast(
    function: Callable[[Batch], Tensor], device: torch.device, precision: Precision | Literal["auto"]
) -> Callable[[Batch], Tensor]:
    """The function with its matrix products in the given precision; itself for full precision."""
    dtype = autocast_dtype(precision)
    if dtype is None:
        return function

    def with_autocast(batch: Batch) -> Tensor:
        with torch.autocast(device.type, dtype):
            return function(batch)

    return with_autocast
