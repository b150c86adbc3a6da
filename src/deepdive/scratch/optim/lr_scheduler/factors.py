"""Rates that change by factors: in steps, in a line, by a power, as a function says."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Iterable
from types import FunctionType
from typing import Any

from torch.optim import Optimizer

from deepdive.checks import check_bounds, check_integer, told
from deepdive.scratch.optim.lr_scheduler.base import ChainableLR, LRScheduler, check_numbers, check_optimizer, rates

Function = Callable[[int], float]


class StepLR(ChainableLR):
    """``lr = base_lr gamma^⌊t / step_size⌋``.

    Continued where ``last_epoch + 1`` is a multiple of ``step_size``, it takes that step again, as the library's does.

    Raises:
        TypeError: ``step_size`` is no integer, or ``gamma`` no number.
        ValueError: ``step_size`` is not positive.
    """

    _moves_when_continued = True

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        check_integer("step_size", step_size, 1)
        check_numbers(gamma=gamma)
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _fraction(self, t: int) -> float:
        return self.gamma ** (t // self.step_size)


class MultiStepLR(ChainableLR):
    """``lr = base_lr gamma^n``, where ``n`` is the number of milestones up to ``t``.

    Continued where ``last_epoch + 1`` is a milestone, it takes that step again, as the library's does.

    Raises:
        TypeError: a milestone is no integer, or ``gamma`` no number.
        ValueError: a milestone is negative.
    """

    _moves_when_continued = True

    def __init__(
        self, optimizer: Optimizer, milestones: Iterable[int], gamma: float = 0.1, last_epoch: int = -1
    ) -> None:
        milestones = list(milestones)
        for i, milestone in enumerate(milestones):
            check_integer(f"milestones[{i}]", milestone, 0)
        check_numbers(gamma=gamma)
        self.milestones = Counter(milestones)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _fraction(self, t: int) -> float:
        return self.gamma ** bisect_right(sorted(self.milestones.elements()), t)


class ConstantLR(ChainableLR):
    """``lr = base_lr factor`` until ``t = total_iters``, then ``base_lr``.

    Continued where ``last_epoch + 1`` is ``total_iters``, it takes that step again, as the library's does.

    Raises:
        TypeError: ``factor`` is no number, or ``total_iters`` no integer.
        ValueError: ``factor`` is not in [0, 1], or ``total_iters`` not positive.
    """

    _moves_when_continued = True

    def __init__(
        self, optimizer: Optimizer, factor: float = 1.0 / 3, total_iters: int = 5, last_epoch: int = -1
    ) -> None:
        check_bounds("factor", factor, 0, 1)
        check_integer("total_iters", total_iters, 1)
        self.factor = factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _fraction(self, t: int) -> float:
        return self.factor if t < self.total_iters else 1.0


class LinearLR(ChainableLR):
    """``lr = base_lr (start_factor + (end_factor - start_factor) min(t / total_iters, 1))``.

    Raises:
        TypeError: a factor is no number, or ``total_iters`` no integer.
        ValueError: ``start_factor`` is not in (0, 1], ``end_factor`` not in [0, 1], or ``total_iters`` not positive.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        start_factor: float = 1.0 / 3,
        end_factor: float = 1.0,
        total_iters: int = 5,
        last_epoch: int = -1,
    ) -> None:
        check_bounds("start_factor", start_factor, above=0, most=1)
        check_bounds("end_factor", end_factor, 0, 1)
        check_integer("total_iters", total_iters, 1)
        self.start_factor = start_factor
        self.end_factor = end_factor
        self.total_iters = total_iters
        super().__init__(optimizer, last_epoch)

    def _fraction(self, t: int) -> float:
        return self.start_factor + (self.end_factor - self.start_factor) * min(t, self.total_iters) / self.total_iters


class ExponentialLR(ChainableLR):
    """``lr = base_lr gamma^t``.

    Raises:
        TypeError: ``gamma`` is no number.
        ValueError: ``gamma`` is NaN.
    """

    def __init__(self, optimizer: Optimizer, gamma: float, last_epoch: int = -1) -> None:
        check_numbers(gamma=gamma)
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def _fraction(self, t: int) -> float:
        return self.gamma**t


class PolynomialLR(ChainableLR):
    """``lr = base_lr (1 - min(t / total_iters, 1))^power``.

    Raises:
        TypeError: ``total_iters`` is no integer, or ``power`` no number.
        ValueError: ``total_iters`` is not positive.
    """

    def __init__(self, optimizer: Optimizer, total_iters: int = 5, power: float = 1.0, last_epoch: int = -1) -> None:
        check_integer("total_iters", total_iters, 1)
        check_numbers(power=power)
        self.total_iters = total_iters
        self.power = power
        super().__init__(optimizer, last_epoch)

    def _fraction(self, t: int) -> float:
        return (1 - min(t, self.total_iters) / self.total_iters) ** self.power


class _FunctionLR(LRScheduler):
    """A function for all groups, or one for each."""

    def __init__(self, optimizer: Optimizer, lr_lambda: Function | list[Function], last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        groups = len(optimizer.param_groups)
        functions = list(lr_lambda) if isinstance(lr_lambda, list | tuple) else [lr_lambda] * groups
        if len(functions) != groups:
            raise ValueError(
                f"lr_lambda must be one function or one for each of the {groups} groups, got {len(functions)}"
            )
        for function in functions:
            if not callable(function):
                raise TypeError(f"lr_lambda must be a function, got {told(function)}")
        self.lr_lambdas = functions
        super().__init__(optimizer, last_epoch)

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimiser and functions; of objects that are called, what they hold."""
        held = [None if isinstance(f, FunctionType) else dict(vars(f)) for f in self.lr_lambdas]
        return super().state_dict() | {"lr_lambdas": held}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go back to a saved state; functions stay as they are."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "lr_lambdas"})
        for function, held in zip(self.lr_lambdas, state_dict["lr_lambdas"], strict=True):
            if held is not None:
                vars(function).update(held)


class LambdaLR(_FunctionLR):
    """``lr = base_lr lr_lambda(t)``.

    Raises:
        TypeError: ``lr_lambda`` is no function.
        ValueError: there are more or fewer functions than groups.
    """

    def get_lr(self) -> list[float]:
        """``base_lr lr_lambda(t)``."""
        return [base * f(self.last_epoch) for f, base in zip(self.lr_lambdas, self.base_lrs, strict=True)]


class MultiplicativeLR(_FunctionLR):
    """``lr = lr lr_lambda(t)`` at each step from ``t = 1`` on.

    Raises:
        TypeError: ``lr_lambda`` is no function.
        ValueError: there are more or fewer functions than groups.
    """

    def get_lr(self) -> list[float]:
        """``lr lr_lambda(t)``."""
        now = rates(self.optimizer)
        return (
            now if self._is_initial else [lr * f(self.last_epoch) for f, lr in zip(self.lr_lambdas, now, strict=True)]
        )
