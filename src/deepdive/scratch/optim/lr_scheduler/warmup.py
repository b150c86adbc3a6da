"""Schedules that begin with a rise: in front of any other, or before a level and a decay."""

import math
from typing import Any

from torch.optim import Optimizer

from deepdive.checks import check_bounds, check_integer
from deepdive.scratch.optim.lr_scheduler.base import ChainableLR, LRScheduler, check_end, rates, set_rates
from deepdive.scratch.optim.lr_scheduler.composed import check_member


class WarmupLR(LRScheduler):
    """Another schedule after a rise in a line (Goyal et al., 2017; Vaswani et al., 2017).

    ``lr = r₀ (t + 1) / (warmup_steps + 1)`` for ``t < warmup_steps``, where ``r₀`` is the schedule's first rate; from
    there on the schedule's own, whose step 0 is ``t = warmup_steps``. Give it a schedule that has made no step.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    >>> decay = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    >>> schedule = WarmupLR(decay, warmup_steps=3)
    >>> rates = schedule.get_last_lr()
    >>> for _ in range(5):
    ...     optimizer.step()
    ...     schedule.step()
    ...     rates = rates + schedule.get_last_lr()
    >>> rates
    [0.25, 0.5, 0.75, 1.0, 0.5, 0.25]

    Raises:
        TypeError: ``scheduler`` is none, or ``warmup_steps`` no integer.
        ValueError: ``warmup_steps`` is negative, or the schedule waits for a metric.
    """

    def __init__(self, scheduler: Any, warmup_steps: int) -> None:
        check_integer("warmup_steps", warmup_steps, 0)
        check_member("scheduler", scheduler, None)
        self.optimizer = scheduler.optimizer
        self.scheduler = scheduler
        self.warmup_steps = warmup_steps
        self.base_lrs = rates(self.optimizer)
        self.last_epoch = -1
        self._initial_step()

    def step(self) -> None:
        """Move on by one."""
        self._step_count += 1
        self.last_epoch += 1
        t = self.last_epoch
        if t > self.warmup_steps:
            self.scheduler.step()
        elif t == self.warmup_steps:
            set_rates(self.optimizer, self.base_lrs)
        else:
            set_rates(self.optimizer, self.get_lr())
        self._last_lr = rates(self.optimizer)

    def get_lr(self) -> list[float]:
        """The rates at ``last_epoch``."""
        t = self.last_epoch
        if t > self.warmup_steps:
            return rates(self.optimizer)
        return [base * (t + 1) / (self.warmup_steps + 1) for base in self.base_lrs]

    def state_dict(self) -> dict[str, Any]:
        """That of the schedule as well."""
        return super().state_dict() | {"scheduler": self.scheduler.state_dict()}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go back to a saved state."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "scheduler"})
        self.scheduler.load_state_dict(dict(state_dict["scheduler"]))


class WarmupStableDecayLR(ChainableLR):
    """Up in a line, level, then down: a level can be prolonged at will (Zhai et al., 2022; Hu et al., 2024).

    ``lr = base_lr f(t)``: ``f = (t + 1) / (warmup_steps + 1)`` in the first ``warmup_steps``, and 1 after; in the last
    ``decay_steps`` of ``total_steps``, with ``p`` the fraction of them that is over, ``f = m + (1 - m) h``, where
    ``m = min_factor`` and ``h`` is ``1 - √p`` (``"sqrt"``, Hägele et al., 2024), ``1 - p`` or ``(1 + cos πp) / 2``.

    >>> import torch
    >>> optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    >>> schedule = WarmupStableDecayLR(optimizer, total_steps=8, warmup_steps=1, decay_steps=4, decay="linear")
    >>> rates = schedule.get_last_lr()
    >>> for _ in range(8):
    ...     optimizer.step()
    ...     schedule.step()
    ...     rates += schedule.get_last_lr()
    >>> rates
    [0.5, 1.0, 1.0, 1.0, 1.0, 0.75, 0.5, 0.25, 0.0]

    Raises:
        TypeError: a number of steps is no integer, or ``min_factor`` no number.
        ValueError: warm-up and decay are longer than the whole, a number is out of range, or a step past the end.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        total_steps: int,
        warmup_steps: int = 0,
        decay_steps: int | None = None,
        decay: str = "sqrt",
        min_factor: float = 0.0,
        last_epoch: int = -1,
    ) -> None:
        check_integer("total_steps", total_steps, 1)
        check_integer("warmup_steps", warmup_steps, 0)
        decay_steps = total_steps // 5 if decay_steps is None else decay_steps
        check_integer("decay_steps", decay_steps, 0)
        check_bounds("min_factor", min_factor, 0, 1)
        if decay not in ("sqrt", "linear", "cosine"):
            raise ValueError(f"decay must be 'sqrt', 'linear' or 'cosine', got {decay!r}")
        if warmup_steps + decay_steps > total_steps:
            raise ValueError(
                f"warmup_steps and decay_steps must be at most total_steps={total_steps} together, got {warmup_steps} "
                f"and {decay_steps}"
            )
        self.total_steps = total_steps
        self.warmup_steps = warmup_steps
        self.decay_steps = decay_steps
        self.decay = decay
        self.min_factor = min_factor
        super().__init__(optimizer, last_epoch)

    def _fraction(self, t: int) -> float:
        check_end(t, self.total_steps)
        if t < self.warmup_steps:
            return (t + 1) / (self.warmup_steps + 1)
        into = t - (self.total_steps - self.decay_steps)
        if into <= 0:
            return 1.0
        p = into / self.decay_steps
        h = {"sqrt": 1 - math.sqrt(p), "linear": 1 - p, "cosine": (1 + math.cos(math.pi * p)) / 2}[self.decay]
        return self.min_factor + (1 - self.min_factor) * h
