"""A rate that falls when a metric no longer improves."""

from math import inf
from typing import Any, Literal

from torch.optim import Optimizer

from deepdive.checks import check_integer, told
from deepdive.scratch.optim.lr_scheduler.base import (
    LRScheduler,
    check_numbers,
    check_optimizer,
    per_group,
    rates,
    set_rates,
)


class ReduceLROnPlateau(LRScheduler):
    """``lr = max(factor lr, min_lr)`` when ``patience`` steps in a row were no better than the best.

    Better is below ``best (1 - threshold)``, or ``best - threshold`` with ``threshold_mode="abs"``; with
    ``mode="max"``, above ``best (1 + threshold)`` or ``best + threshold``. For ``cooldown`` steps after, nothing
    is counted. Changes up to ``eps`` are not made. ``step`` takes the metric; NaN is no improvement.

    Raises:
        TypeError: a number is none, or the metric.
        ValueError: ``factor`` is not below 1, a mode unknown, or ``min_lr`` not one number or one for each group.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        mode: Literal["min", "max"] = "min",
        factor: float = 0.1,
        patience: int = 10,
        threshold: float = 1e-4,
        threshold_mode: Literal["rel", "abs"] = "rel",
        cooldown: int = 0,
        min_lr: list[float] | float = 0.0,
        eps: float = 1e-8,
    ) -> None:
        check_optimizer(optimizer)
        check_numbers(factor=factor, threshold=threshold, eps=eps)
        if not factor < 1:
            raise ValueError(f"factor must be below 1, got {factor}")
        check_integer("patience", patience)
        check_integer("cooldown", cooldown)
        if mode not in ("min", "max"):
            raise ValueError(f"mode must be 'min' or 'max', got {mode!r}")
        if threshold_mode not in ("rel", "abs"):
            raise ValueError(f"threshold_mode must be 'rel' or 'abs', got {threshold_mode!r}")
        self.optimizer = optimizer
        self.factor = factor
        self.min_lrs = per_group("min_lr", min_lr, len(optimizer.param_groups))
        self.default_min_lr = None if isinstance(min_lr, list | tuple) else min_lr
        self.patience = patience
        self.cooldown = cooldown
        self.eps = eps
        self.mode = mode
        self.threshold = threshold
        self.threshold_mode = threshold_mode
        self.mode_worse = inf if mode == "min" else -inf
        self.best = self.mode_worse
        self.cooldown_counter = 0
        self.num_bad_epochs = 0
        self.last_epoch = 0
        self._last_lr = rates(optimizer)

    def step(self, metrics: Any) -> None:  # pyright: ignore[reportIncompatibleMethodOverride]
        """Take the metric of one more epoch."""
        try:
            metric = float(metrics)
        except (TypeError, ValueError, RuntimeError):
            raise TypeError(f"metrics must be a number, got {told(metrics)}") from None
        self.last_epoch += 1
        if self._is_better(metric):
            self.best, self.num_bad_epochs = metric, 0
        else:
            self.num_bad_epochs += 1
        if self.in_cooldown:
            self.cooldown_counter, self.num_bad_epochs = self.cooldown_counter - 1, 0
        if self.num_bad_epochs > self.patience:
            self._reduce()
            self.cooldown_counter, self.num_bad_epochs = self.cooldown, 0
        self._last_lr = rates(self.optimizer)

    @property
    def in_cooldown(self) -> bool:
        """Whether bad epochs are not counted now."""
        return self.cooldown_counter > 0

    def _is_better(self, metric: float) -> bool:
        sign = -1 if self.mode == "min" else 1
        if self.threshold_mode == "rel":
            return sign * metric > sign * self.best * (1 + sign * self.threshold)
        return sign * metric > sign * self.best + self.threshold

    def _reduce(self) -> None:
        groups = len(self.optimizer.param_groups)
        if groups != len(self.min_lrs):  # one was added
            if self.default_min_lr is None:
                raise ValueError(f"min_lrs must have a number for each of the {groups} groups, got {len(self.min_lrs)}")
            self.min_lrs = [self.default_min_lr] * groups
        old = rates(self.optimizer)
        new = [max(lr * self.factor, least) for lr, least in zip(old, self.min_lrs, strict=True)]
        changed = [after if before - after > self.eps else before for before, after in zip(old, new, strict=True)]
        set_rates(self.optimizer, changed)
