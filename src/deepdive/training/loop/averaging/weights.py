"""Weights that are evaluated and kept in place of those that learn: an average of theirs."""

from collections.abc import Iterator
from contextlib import nullcontext
from itertools import islice
from typing import Any

import torch
from torch import Tensor

from deepdive.data.types import Batch, Loader
from deepdive.training.devices import Precision
from deepdive.training.loop.averaging.statistics import measure_statistics, statistics_layers
from deepdive.training.loop.replayed import ReplayedLoader
from deepdive.training.runs.random_state import random_tensors, restore_random_tensors
from deepdive.training.task import Task

_BATCHES = 50
"""Of training data that statistics are measured with."""


class AveragedWeights:
    """The average of an optimiser that has ``train()`` and ``eval()``, or with ``decay`` an exponential moving average.

    ``ā = d ā + (1 - d) θ`` after each step ``t = 1, 2, ...``, with ``d = min(decay, (t - 1) / (t + 9))``, so that it
    begins with the weights of the first step, which are soon forgotten; in single precision at least, as in half small
    steps are rounded away. Running statistics of batch normalisation fit the weights that they were measured with:
    ``enter`` measures them anew, and ``leave`` gives the old ones back, so that training goes on as it would have.
    """

    def __init__(
        self,
        task: Task,
        optimizer: torch.optim.Optimizer,
        decay: float | None,
        loader: Loader,
        replayed: ReplayedLoader | None = None,
    ) -> None:
        self._task = task
        self._loader = loader
        self._replayed = replayed
        own = callable(getattr(optimizer, "train", None)) and callable(getattr(optimizer, "eval", None))
        if own and decay is not None:
            raise ValueError(
                f"ema_decay must be None with {type(optimizer).__name__}, which has an average, got {decay}"
            )
        self._optimizer: Any = optimizer if own else None
        self._decay = decay
        self._steps = 0
        self._averages = [] if decay is None else [_wide(theta).clone() for theta in task.parameters()]
        self._before: list[tuple[Tensor, Tensor]] = []
        self.active = own or decay is not None
        """Whether there is an average."""
        self._entered = False

    @torch.no_grad()
    def update(self) -> None:
        """Follow the weights, after a step."""
        if self._decay is None:
            return
        self._steps += 1
        decay = min(self._decay, (self._steps - 1) / (self._steps + 9))
        for average, theta in zip(self._averages, self._task.parameters(), strict=True):
            average.lerp_(_wide(theta), 1 - decay)

    @torch.no_grad()
    def enter(self, epoch: int, device: torch.device, precision: Precision) -> None:
        """Put the average into the network, with statistics of the first training batches of an epoch."""
        if not self.active or self._entered:
            return
        self._entered = True
        if self._optimizer is not None:
            self._optimizer.eval()
        else:
            self._before = _written(list(self._task.parameters()), self._averages)
        layers = statistics_layers(self._task)
        self._before += [(buffer, buffer.clone()) for layer in layers for buffer in layer.buffers()]
        if layers:
            measure_statistics(self._task, layers, self._unheard(epoch, device), device, precision)

    @torch.no_grad()
    def leave(self) -> None:
        """Put back the weights that learn, and their statistics."""
        if not self._entered:
            return
        self._entered = False
        if self._optimizer is not None:
            self._optimizer.train()
        for tensor, value in self._before:
            tensor.copy_(value)
        self._before = []

    def state_dict(self) -> dict[str, Any]:
        """Everything ``load_state_dict`` needs; the optimiser has a state of its own."""
        return {"steps": self._steps, "averages": list(self._averages)}

    @torch.no_grad()
    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to a saved state.

        Raises:
            ValueError: it is of other weights, or of a run without an average.
        """
        self._steps = state["steps"]
        if len(state["averages"]) != len(self._averages):
            raise ValueError(f"it has averages of {len(state['averages'])} weights, not of {len(self._averages)}")
        for average, value in zip(self._averages, state["averages"], strict=True):
            average.copy_(value)

    def _unheard(self, epoch: int, device: torch.device) -> Iterator[Batch]:
        """Batches of a pass that leaves every random generator as it was."""
        now = random_tensors()
        try:
            with nullcontext() if self._replayed is None else self._replayed.unheard():
                yield from islice(self._loader.batches(epoch, device=device), _BATCHES)
        finally:
            restore_random_tensors(now)


def _wide(theta: Tensor) -> Tensor:
    """The values in single precision at least."""
    return theta.detach().to(torch.promote_types(theta.dtype, torch.float32))


def _written(tensors: list[Any], values: list[Tensor]) -> list[tuple[Tensor, Tensor]]:
    before = [(tensor, tensor.detach().clone()) for tensor in tensors]
    for tensor, value in zip(tensors, values, strict=True):
        tensor.copy_(value)
    return before
