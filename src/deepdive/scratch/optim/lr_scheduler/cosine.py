"""Rates along a cosine, once or with restarts."""

import math

from torch.optim import Optimizer

from deepdive.checks import check_integer
from deepdive.scratch.optim.lr_scheduler.base import ChainableLR, LRScheduler, check_numbers, rates, set_rates


class CosineAnnealingLR(ChainableLR):
    """``lr = eta_min + (base_lr - eta_min) (1 + cos(π t / T_max)) / 2`` (Loshchilov and Hutter, 2017).

    Past ``T_max`` it goes back up.

    Raises:
        TypeError: ``T_max`` is no integer, or ``eta_min`` no number.
        ValueError: ``T_max`` is not positive.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        check_integer("T_max", T_max, 1)
        check_numbers(eta_min=eta_min)
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    @property
    def _floor(self) -> float:  # pyright: ignore[reportIncompatibleVariableOverride]
        return self.eta_min

    def _fraction(self, t: int) -> float:
        return (1 + math.cos(math.pi * t / self.T_max)) / 2


class CosineAnnealingWarmRestarts(LRScheduler):
    """``lr = eta_min + (base_lr - eta_min) (1 + cos(π T_cur / T_i)) / 2``, again and again (Loshchilov, Hutter, 2017).

    ``T_cur`` counts from the last restart, and ``T_i``, ``T_0`` at first, is the length to the next, ``T_mult`` times
    that of the one before.

    Raises:
        TypeError: ``T_0`` or ``T_mult`` is no integer, or ``eta_min`` no number.
        ValueError: ``T_0`` or ``T_mult`` is not positive, or ``step`` goes to a negative epoch.
    """

    def __init__(
        self, optimizer: Optimizer, T_0: int, T_mult: int = 1, eta_min: float = 0.0, last_epoch: int = -1
    ) -> None:
        check_integer("T_0", T_0, 1)
        check_integer("T_mult", T_mult, 1)
        check_numbers(eta_min=eta_min)
        self.T_0 = T_0
        self.T_i = T_0
        self.T_mult = T_mult
        self.eta_min = eta_min
        self.T_cur: float = last_epoch
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """A half cosine from ``base_lr`` to ``eta_min``."""
        height = (1 + math.cos(math.pi * self.T_cur / self.T_i)) / 2
        return [self.eta_min + (base - self.eta_min) * height for base in self.base_lrs]

    def step(self, epoch: float | None = None) -> None:
        """Move on by one, or to ``epoch``, which may be part of one: ``epoch + i / batches``."""
        self._step_count += 1
        if epoch is None and self.last_epoch >= 0:
            epoch = self.last_epoch + 1
            self.T_cur += 1
            if self.T_cur >= self.T_i:
                self.T_cur, self.T_i = self.T_cur % self.T_i, self.T_i * self.T_mult
        else:
            epoch = 0 if epoch is None else epoch
            check_numbers(epoch=epoch)
            if epoch < 0:
                raise ValueError(f"epoch must not be negative, got {epoch}")
            self.T_cur, self.T_i = epoch, self.T_0
            if self.T_mult == 1:
                self.T_cur = epoch % self.T_0
            else:
                while self.T_cur >= self.T_i:
                    self.T_cur, self.T_i = self.T_cur - self.T_i, self.T_i * self.T_mult
        self.last_epoch = math.floor(epoch)
        set_rates(self.optimizer, self.get_lr())
        self._last_lr = rates(self.optimizer)
