"""What all schedules share: they write a rate into every group of an optimiser, at first and at each step."""

from typing import Any

from torch import Tensor
from torch.optim import Optimizer

from deepdive.checks import check_integer, told
from deepdive.scratch.optim._base import number
from deepdive.scratch.optim._checks import number_of


class LRScheduler:
    """Sets every group's ``lr`` to ``get_lr()``, now and at each ``step``; a subclass says ``get_lr``.

    ``last_epoch`` other than -1 continues a schedule whose optimiser was loaded with its state.

    Raises:
        TypeError: ``optimizer`` is none, or ``last_epoch`` no integer.
        ValueError: ``last_epoch`` is below -1.
        KeyError: a schedule is continued, but its optimiser never had one.
    """

    _is_initial = False
    """In the first step, the one that makes the schedule."""

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        check_optimizer(optimizer)
        check_integer("last_epoch", last_epoch, -1)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", number(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(
                    f"param_groups[{i}] must have an initial_lr to be continued at last_epoch={last_epoch}, got none"
                )
        self.optimizer = optimizer
        self.base_lrs: list[float] = [number(group["initial_lr"]) for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._initial_step()

    def get_lr(self) -> list[float]:
        """The learning rate of every group at ``last_epoch``."""
        raise NotImplementedError(f"{type(self).__name__} must say get_lr")

    def get_last_lr(self) -> list[float]:
        """The learning rates set by the last ``step``."""
        return self._last_lr

    def step(self) -> None:
        """Move on by one."""
        self._step_count += 1
        self._update_lr()

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimiser, which has a state of its own."""
        return {name: value for name, value in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go back to a saved state."""
        self.__dict__.update(state_dict)

    def _initial_step(self) -> None:
        self._step_count = 0
        self._is_initial = True
        self.step()
        self._is_initial = False

    def _update_lr(self, epoch: int | None = None) -> None:
        """Go to the next step, or to that of number ``epoch``, whatever the rates are now."""
        self.last_epoch = self.last_epoch + 1 if epoch is None else epoch
        closed = None if epoch is None else getattr(self, "_get_closed_form_lr", None)
        set_rates(self.optimizer, closed() if closed else self.get_lr())
        self._last_lr = rates(self.optimizer)


class ChainableLR(LRScheduler):
    """``lr = floor + (base_lr - floor) f(t)``, as a factor from step to step, so that other schedules can act as well.

    ``lr = floor + (lr - floor) f(t) / f(t - 1)``. A subclass says ``f``, and a floor other than 0.
    """

    _floor = 0.0
    _moves_when_continued = False
    """Whether making it with ``last_epoch`` is a step that changes the rates, as of some of the library's."""

    def _fraction(self, t: int) -> float:
        """``f(t)``."""
        raise NotImplementedError(f"{type(self).__name__} must say _fraction")

    def get_lr(self) -> list[float]:
        """The rates of the step before, times what ``f`` has changed by."""
        t, now, floor = self.last_epoch, rates(self.optimizer), self._floor
        if self._is_initial and t > 0 and not self._moves_when_continued:  # the optimiser has the rate of its last step
            return now
        before, after = 1.0 if t == 0 else self._fraction(t - 1), self._fraction(t)
        if before == after:
            return now
        if before == 0:
            return [lr + (base - floor) * after for lr, base in zip(now, self.base_lrs, strict=True)]
        return [floor + (lr - floor) * after / before for lr in now]

    def _get_closed_form_lr(self) -> list[float]:
        return [self._floor + (base - self._floor) * self._fraction(self.last_epoch) for base in self.base_lrs]


def rates(optimizer: Optimizer) -> list[float]:
    """The learning rate of every group."""
    return [number(group["lr"]) for group in optimizer.param_groups]


def set_rates(optimizer: Optimizer, values: list[float]) -> None:
    """Write learning rates, one for each group."""
    for group, lr in zip(optimizer.param_groups, values, strict=True):
        if isinstance(group["lr"], Tensor):  # compiled and captured steps read it from where it is
            group["lr"].fill_(lr)
        else:
            group["lr"] = lr


def set_momentum(group: dict[str, Any], momentum: float) -> None:
    """Write the momentum of a group, which is its first beta if it has betas."""
    if "betas" in group:
        group["betas"] = (momentum, *group["betas"][1:])
    else:
        group["momentum"] = momentum


def check_momentum(optimizer: Optimizer) -> None:
    """Check that every group has a momentum or betas."""
    if not all("momentum" in group or "betas" in group for group in optimizer.param_groups):
        raise ValueError(
            f"optimizer must have a momentum or betas with cycle_momentum=True, got {type(optimizer).__name__} without"
        )


def per_group(name: str, value: float | list[float], groups: int) -> list[float]:
    """One number for each group, out of that many or of one for all."""
    if not isinstance(value, list | tuple):
        check_numbers(**{name: value})
        return [value] * groups
    check_numbers(**{f"{name}[{i}]": each for i, each in enumerate(value)})
    if len(value) != groups:
        raise ValueError(f"{name} must be one number or one for each of the {groups} groups, got {len(value)}")
    return list(value)


def check_numbers(**values: Any) -> None:
    """Check that all are numbers."""
    for name, value in values.items():
        number_of(name, value)


def check_end(t: int, total_steps: int) -> None:
    """Check that a schedule is not past its end."""
    if t > total_steps:
        raise ValueError(f"step must be at most total_steps={total_steps}, got {t}")


def check_optimizer(optimizer: Any) -> None:
    """Check that it is an optimiser."""
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be an Optimizer, got {told(optimizer)}")
