"""How far a run has come: the part of a trainer's state that is plain numbers."""

import math
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from itertools import islice, takewhile
from typing import Any, cast

import torch
from torch import Tensor, nn

from deepdive.data.own import first_nan
from deepdive.data.types import Loader
from deepdive.training.losses import Loss, Weight


class DivergedError(ArithmeticError):
    """A loss that is NaN or infinite; ``step`` is the first optimiser step whose batch gave it.

    ``by_data`` says whether that is since the data hold NaN.
    """

    def __init__(self, message: str, step: int, *, by_data: bool = False) -> None:
        super().__init__(message)
        self.step = step
        self.by_data = by_data


def explained_by_data(
    error: DivergedError, loader: Loader, name: str, *, epoch: int = 0, start: int = 0, count: int | None = None
) -> DivergedError:
    """The error with the field of the data that holds NaN, if one does; else the error as it is.

    Args:
        error: what happened.
        loader: whose batches are made again, for a few seconds.
        name: of the data.
        epoch: of the pass.
        start: first batch.
        count: of batches; ``None`` for all that remain.
    """
    until = time.monotonic() + _MOST_SECONDS  # a loss may well be NaN with sound data, however much there is
    try:
        batches = islice(loader.batches(epoch, start=start), count)
        where = first_nan(takewhile(lambda _: time.monotonic() < until, batches), start)
    except Exception:  # what hinders a second pass must not hide what came of the first one
        return error
    return error if where is None else DivergedError(f"{error}: {name}{where}", error.step, by_data=True)


def advised(error: DivergedError, checkpoints: Any, saved_step: int) -> DivergedError:
    """The error with the last good checkpoint, made after ``saved_step``, and with what to try."""
    good = "there is no checkpoint yet"
    if checkpoints.has("last"):
        where = getattr(checkpoints, "path", lambda name: name)("last")
        good = f"the last good checkpoint is {where} (step {saved_step})"
    advice = "; try a lower learning rate, clip_norm=1, or precision fp32, and look for extreme values in the data"
    return DivergedError(f"{error}; {good}{'' if error.by_data else advice}", error.step, by_data=error.by_data)


def not_finite(network: nn.Module, step: int) -> DivergedError | None:
    """The error of weights that are NaN or infinite; ``None`` if none is."""
    finite = torch.stack([p.detach().isfinite().all() for p in network.parameters()]).all()
    return None if finite else DivergedError(f"the weights became NaN or infinite by step {step}", step)


_MOST_SECONDS = 10.0
"""Of reading data again."""


@dataclass
class RunningMean:
    """``Σₖ Σᵢ wₖᵢ lₖᵢ / Σᵢ wₖᵢ`` over the terms ``k`` of a loss and batches ``i``; of most losses there is one term.

    Summed in double precision on the host, in order, so that it can be resumed exactly.
    """

    totals: list[float] = field(default_factory=list)
    weights: list[float] = field(default_factory=list)

    def add(self, means: Sequence[int | float], weights: Sequence[int | float], term: int = 0) -> None:
        """Take in one term of several batches: their means and the weights of these."""
        while len(self.totals) <= term:
            self.totals.append(0.0)
            self.weights.append(0.0)
        total, sum_of_weights = self.totals[term], self.weights[term]
        for mean, weight in zip(means, weights, strict=True):
            if weight:  # the mean of nothing may be NaN
                total += mean * weight
                sum_of_weights += weight
        self.totals[term], self.weights[term] = total, sum_of_weights

    def check(self, name: str, *, penalized: bool = False) -> None:
        """Check that something counted, unless there is a penalty, which is learnt from without any target.

        Raises:
            ValueError: nothing did; names the data.
        """
        if not self.weights:
            raise ValueError(f"the {name} data has no examples")
        if not any(self.weights) and not penalized:
            raise ValueError(f"the {name} data has no target that counts in the loss; all are ignored or weigh 0")

    def clear(self) -> None:
        """Start again."""
        self.totals, self.weights = [], []

    @property
    def value(self) -> float:
        """The mean: NaN before the first batch; a term without any target is 0."""
        if not self.totals:
            return math.nan
        return math.fsum(total / weight for total, weight in zip(self.totals, self.weights, strict=True) if weight)


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
        self._losses: list[Loss] = []
        self._steps: list[int] = []

    def add(self, loss: Loss, step: int) -> None:
        """Keep a batch's loss and the optimiser step it belongs to."""
        self._losses.append(loss)
        self._steps.append(step)

    def flush_into(self, *means: RunningMean) -> None:
        """Read everything in one transfer and add it to the means.

        Raises:
            DivergedError: a loss is NaN or infinite.
            ValueError: a weight is negative or not finite.
        """
        if not self._losses:
            return
        values = _read([loss.value for loss in self._losses])
        weights = _read([loss.weight for loss in self._losses])
        for term, (of_term, weighing) in enumerate(zip(values, weights, strict=True)):
            for value, weight, step in zip(of_term, weighing, self._steps, strict=True):
                if not 0 <= weight < math.inf:
                    raise ValueError(f"batch_weight must be finite and at least 0, got {weight} in step {step}")
                if weight and not math.isfinite(value):
                    raise DivergedError(f"the loss became {value} in step {step}", step)
            for mean in means:
                mean.add(of_term, weighing, term)
        self._losses.clear()
        self._steps.clear()


def _read(numbers: Sequence[Weight]) -> Sequence[Sequence[int | float]]:
    """Numbers, scalars or ``(terms,)`` of several batches, by term; of all tensors in one transfer."""
    tensors = [number for number in numbers if isinstance(number, Tensor)]
    if not tensors:
        return [cast(Sequence[int | float], numbers)]
    read = torch.stack(tensors).tolist()
    if len(tensors) < len(numbers):
        told = iter(read)
        read = [next(told) if isinstance(number, Tensor) else number for number in numbers]
    return list(zip(*read, strict=True)) if isinstance(read[0], list) else [read]
