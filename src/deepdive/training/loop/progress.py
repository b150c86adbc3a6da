"""How far a run has come: the part of a trainer's state that is plain numbers."""

import math
from dataclasses import asdict, dataclass, field
from typing import Any

import torch
from torch import Tensor


class DivergedError(ArithmeticError):
    """A loss that is NaN or infinite; ``step`` is the first optimiser step whose batch gave it."""

    def __init__(self, message: str, step: int) -> None:
        super().__init__(message)
        self.step = step


@dataclass
class RunningMean:
    """A mean over examples, summed in double precision on the host, in order, so that it can be resumed exactly."""

    total: float = 0.0
    count: int = 0

    def add(self, mean: float, count: int) -> None:
        """Take in the mean of ``count`` examples."""
        self.total += mean * count
        self.count += count

    def clear(self) -> None:
        """Start again."""
        self.total, self.count = 0.0, 0

    @property
    def value(self) -> float:
        """The mean; NaN before the first example."""
        return self.total / self.count if self.count else math.nan


@dataclass
class Progress:
    """Where a run is, and the losses since the last record and since the epoch began."""

    epoch: int = 0
    """Epochs finished."""
    batch: int = 0
    """Batches of the current epoch done."""
    step: int = 0
    """Optimiser steps done."""
    records: int = 0
    """Records given out."""
    stopped: bool = False
    """Whether early stopping has ended the run."""
    interval: RunningMean = field(default_factory=RunningMean)
    whole_epoch: RunningMean = field(default_factory=RunningMean)

    def state_dict(self) -> dict[str, Any]:
        """Plain numbers."""
        return asdict(self)

    def load_state_dict(self, state: dict[str, Any]) -> None:
        """Go back to a saved state."""
        plain = {key: value for key, value in state.items() if key not in ("interval", "whole_epoch")}
        self.__dict__.update(
            plain, interval=RunningMean(**state["interval"]), whole_epoch=RunningMean(**state["whole_epoch"])
        )


class LossBuffer:
    """The losses of the steps since the last reading, kept on the device so that no step waits for them."""

    def __init__(self) -> None:
        self._losses: list[Tensor] = []
        self._counts: list[int] = []
        self._steps: list[int] = []

    def add(self, loss: Tensor, count: int, step: int) -> None:
        """Keep a batch's mean loss, its number of examples and the optimiser step it belongs to."""
        self._losses.append(loss)
        self._counts.append(count)
        self._steps.append(step)

    def flush_into(self, *means: RunningMean) -> None:
        """Read everything in one transfer and add it to the means.

        Raises:
            DivergedError: a loss is NaN or infinite.
        """
        if not self._losses:
            return
        values = torch.stack(self._losses).float().tolist()
        for value, count, step in zip(values, self._counts, self._steps, strict=True):
            if not math.isfinite(value):
                raise DivergedError(f"the loss became {value} in step {step}", step)
            for mean in means:
                mean.add(value, count)
        self._losses.clear()
        self._counts.clear()
        self._steps.clear()
