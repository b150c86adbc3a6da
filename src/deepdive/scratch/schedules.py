"""Learning-rate schedules (D2L section 12.11); they work with any optimiser in the library's style.

Each is a closed form in ``last_epoch``, the number of steps so far; ``step`` writes it into the optimiser's groups.
"""

import math
from typing import Any, Literal

from torch import Tensor
from torch.optim import Optimizer

from deepdive.checks import check_integer, check_number, told

__all__ = ["CosineAnnealingLR", "LRScheduler", "OneCycleLR", "StepLR"]


class LRScheduler:
    """Sets every group's ``lr`` to ``get_lr()``, now and at each ``step``; a subclass says ``get_lr``.

    ``last_epoch`` other than -1 continues a schedule whose optimiser was loaded with its state.

    Raises:
        TypeError: ``optimizer`` is none, or ``last_epoch`` no integer.
        ValueError: ``last_epoch`` is below -1.
        KeyError: a schedule is continued, but its optimiser never had one.
    """

    def __init__(self, optimizer: Optimizer, last_epoch: int = -1) -> None:
        _check_optimizer(optimizer)
        check_integer("last_epoch", last_epoch, -1)
        for i, group in enumerate(optimizer.param_groups):
            if last_epoch == -1:
                group.setdefault("initial_lr", _number(group["lr"]))
            elif "initial_lr" not in group:
                raise KeyError(f"last_epoch={last_epoch} continues a schedule, but param_groups[{i}] has no initial_lr")
        self.optimizer = optimizer
        self.base_lrs: list[float] = [_number(group["initial_lr"]) for group in optimizer.param_groups]
        self.last_epoch = last_epoch
        self._step_count = 0
        self.step()

    def get_lr(self) -> list[float]:
        """The learning rate of every group at ``last_epoch``."""
        raise NotImplementedError(f"{type(self).__name__} must say get_lr")

    def get_last_lr(self) -> list[float]:
        """The learning rates set by the last ``step``."""
        return self._last_lr

    def step(self) -> None:
        """Move on by one."""
        self._step_count += 1
        self.last_epoch += 1
        self._last_lr = self.get_lr()
        for group, lr in zip(self.optimizer.param_groups, self._last_lr, strict=True):
            if isinstance(group["lr"], Tensor):  # compiled and captured steps read it from where it is
                group["lr"].fill_(lr)
            else:
                group["lr"] = lr

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimiser, which has a state of its own."""
        return {name: value for name, value in self.__dict__.items() if name != "optimizer"}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go back to a saved state."""
        self.__dict__.update(state_dict)


class StepLR(LRScheduler):
    """``lr = base_lr gamma^⌊t / step_size⌋``.

    Raises:
        TypeError: ``step_size`` is no integer, or ``gamma`` no number.
        ValueError: ``step_size`` is not positive.
    """

    def __init__(self, optimizer: Optimizer, step_size: int, gamma: float = 0.1, last_epoch: int = -1) -> None:
        check_integer("step_size", step_size, 1)
        _check_numbers(gamma=gamma)
        self.step_size = step_size
        self.gamma = gamma
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """``base_lr gamma^⌊t / step_size⌋``."""
        return [base * self.gamma ** (self.last_epoch // self.step_size) for base in self.base_lrs]


class CosineAnnealingLR(LRScheduler):
    """``lr = eta_min + (base_lr - eta_min) (1 + cos(π t / T_max)) / 2`` (Loshchilov and Hutter, 2017).

    Raises:
        TypeError: ``T_max`` is no integer, or ``eta_min`` no number.
        ValueError: ``T_max`` is not positive.
    """

    def __init__(self, optimizer: Optimizer, T_max: int, eta_min: float = 0.0, last_epoch: int = -1) -> None:
        check_integer("T_max", T_max, 1)
        _check_numbers(eta_min=eta_min)
        self.T_max = T_max
        self.eta_min = eta_min
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """A half cosine from ``base_lr`` to ``eta_min`` and, past ``T_max``, back."""
        return [_cosine(base, self.eta_min, self.last_epoch / self.T_max) for base in self.base_lrs]


class OneCycleLR(LRScheduler):
    """Up to ``max_lr`` in the first ``pct_start`` of the steps, then down to nearly 0 (Smith and Topin, 2018).

    From ``max_lr / div_factor`` to ``max_lr`` to ``max_lr / div_factor / final_div_factor``, along half a cosine or a
    line; momentum (or the first beta) goes the opposite way. With ``three_phase`` the way down mirrors the way up, and
    a third phase ends it. The length is ``total_steps``, or ``epochs * steps_per_epoch``.

    Raises:
        TypeError: a length is no integer, or a factor, rate or momentum no number.
        ValueError: a length, share or factor out of range, an optimiser without momentum, or a step past the end.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        max_lr: float | list[float],
        total_steps: int | None = None,
        epochs: int | None = None,
        steps_per_epoch: int | None = None,
        pct_start: float = 0.3,
        anneal_strategy: Literal["cos", "linear"] = "cos",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.85,
        max_momentum: float | list[float] = 0.95,
        div_factor: float = 25.0,
        final_div_factor: float = 1e4,
        three_phase: bool = False,
        last_epoch: int = -1,
    ) -> None:
        _check_optimizer(optimizer)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:  # 1, as in the library, may be meant as a step
            raise ValueError(f"pct_start must be a float between 0 and 1, got {pct_start!r}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}")
        self.total_steps = _length(total_steps, epochs, steps_per_epoch)
        _check_numbers(div_factor=div_factor, final_div_factor=final_div_factor)
        for name, factor in (("div_factor", div_factor), ("final_div_factor", final_div_factor)):
            if factor == 0:
                raise ValueError(f"{name} must not be 0, got {factor}")
        self.pct_start = pct_start
        self.anneal_strategy = anneal_strategy
        self.cycle_momentum = cycle_momentum
        self.three_phase = three_phase
        groups = optimizer.param_groups
        if cycle_momentum and not all("momentum" in group or "betas" in group for group in groups):
            raise ValueError("cycle_momentum=True needs an optimizer with momentum or betas")
        if last_epoch == -1:
            tops = _per_group("max_lr", max_lr, len(groups))
            lows = _per_group("base_momentum", base_momentum, len(groups))
            highs = _per_group("max_momentum", max_momentum, len(groups))
            for group, top, low, high in zip(groups, tops, lows, highs, strict=True):
                start = top / div_factor
                group.update(initial_lr=start, max_lr=top, min_lr=start / final_div_factor)
                if cycle_momentum:
                    group.update(max_momentum=high, base_momentum=low)
        super().__init__(optimizer, last_epoch)

    def step(self) -> None:
        """Move on by one, learning rate and momentum."""
        super().step()
        if not self.cycle_momentum:
            return
        share, start, end = self._phase(("max_momentum", "base_momentum", "max_momentum", "max_momentum"))
        for group in self.optimizer.param_groups:
            momentum = self._anneal(group[start], group[end], share)
            if "betas" in group:
                group["betas"] = (momentum, *group["betas"][1:])
            else:
                group["momentum"] = momentum

    def get_lr(self) -> list[float]:
        """The learning rate of every group in the present phase."""
        share, start, end = self._phase(("initial_lr", "max_lr", "initial_lr", "min_lr"))
        return [self._anneal(group[start], group[end], share) for group in self.optimizer.param_groups]

    def _phase(self, corners: tuple[str, str, str, str]) -> tuple[float, str, str]:
        """How much of the present phase is over, and the values at its two ends; two phases skip the third corner."""
        t, end = self.last_epoch, self.total_steps - 1
        if t > self.total_steps:
            raise ValueError(f"OneCycleLR has total_steps={self.total_steps}, but this is step {t}")
        top = self.pct_start * self.total_steps - 1
        knots = [0.0, top, 2 * top, end] if self.three_phase else [0.0, top, end]
        names = corners if self.three_phase else (*corners[:2], corners[3])
        phase = next((i for i in range(1, len(knots) - 1) if t <= knots[i]), len(knots) - 1)
        share = (t - knots[phase - 1]) / (knots[phase] - knots[phase - 1])
        return share, names[phase - 1], names[phase]

    def _anneal(self, start: float, end: float, share: float) -> float:
        return _cosine(start, end, share) if self.anneal_strategy == "cos" else start + (end - start) * share


def _cosine(start: float, end: float, share: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * share)) / 2


def _length(total_steps: int | None, epochs: int | None, steps_per_epoch: int | None) -> int:
    if total_steps is None:
        if epochs is None or steps_per_epoch is None:
            raise ValueError(
                f"total_steps, or both epochs and steps_per_epoch, must be given, got {total_steps}, {epochs} and "
                f"{steps_per_epoch}"
            )
        check_integer("epochs", epochs, 1)
        check_integer("steps_per_epoch", steps_per_epoch, 1)
        return epochs * steps_per_epoch
    check_integer("total_steps", total_steps, 1)
    return total_steps


def _per_group(name: str, value: float | list[float], groups: int) -> list[float]:
    if not isinstance(value, list | tuple):
        _check_numbers(**{name: value})
        return [value] * groups
    _check_numbers(**{f"{name}[{i}]": each for i, each in enumerate(value)})
    if len(value) != groups:
        raise ValueError(f"{name} must be one number or one for each of the {groups} groups, got {len(value)}")
    return list(value)


def _check_numbers(**values: Any) -> None:
    for name, value in values.items():
        check_number(name, value.item() if isinstance(value, Tensor) and value.numel() == 1 else value)


def _number(value: float | Tensor) -> float:
    return value.item() if isinstance(value, Tensor) else value


def _check_optimizer(optimizer: Optimizer) -> None:
    if not isinstance(optimizer, Optimizer):
        raise TypeError(f"optimizer must be an Optimizer, got {told(optimizer)}")
