"""Rates that rise and fall, and momentum that does the opposite."""

import math
from collections.abc import Callable
from types import FunctionType
from typing import Any, Literal

from torch.optim import Optimizer

from deepdive.checks import check_integer, told
from deepdive.scratch.optim.lr_scheduler.base import (
    LRScheduler,
    check_end,
    check_momentum,
    check_numbers,
    check_optimizer,
    per_group,
    set_momentum,
    set_rates,
)


class CyclicLR(LRScheduler):
    """Between two rates, up in ``step_size_up`` steps and down in ``step_size_down``, again and again (Smith, 2017).

    ``lr = base_lr + (max_lr - base_lr) h s`` with ``h`` from 0 to 1 and back; the scale ``s`` is 1 (``"triangular"``),
    ``2^(1 - cycle)`` (``"triangular2"``), ``gamma^t`` (``"exp_range"``), or ``scale_fn`` of the cycle, from 1, or of
    ``t``, as ``scale_mode`` says. Momentum (or first beta) is ``max_momentum - (max_momentum - base_momentum) h s``.

    Raises:
        TypeError: a length is no integer, a rate or momentum no number, or ``scale_fn`` no function.
        ValueError: a length is not positive, a mode unknown, or the optimiser has no momentum to cycle.
    """

    def __init__(
        self,
        optimizer: Optimizer,
        base_lr: float | list[float],
        max_lr: float | list[float],
        step_size_up: int = 2000,
        step_size_down: int | None = None,
        mode: Literal["triangular", "triangular2", "exp_range"] = "triangular",
        gamma: float = 1.0,
        scale_fn: Callable[[float], float] | None = None,
        scale_mode: Literal["cycle", "iterations"] = "cycle",
        cycle_momentum: bool = True,
        base_momentum: float | list[float] = 0.8,
        max_momentum: float | list[float] = 0.9,
        last_epoch: int = -1,
    ) -> None:
        check_optimizer(optimizer)
        groups = optimizer.param_groups
        base_lrs = per_group("base_lr", base_lr, len(groups))
        self.max_lrs = per_group("max_lr", max_lr, len(groups))
        check_integer("step_size_up", step_size_up, 1)
        down = step_size_up if step_size_down is None else step_size_down
        check_integer("step_size_down", down, 1)
        if scale_fn is None and mode not in ("triangular", "triangular2", "exp_range"):
            raise ValueError(f"mode must be 'triangular', 'triangular2' or 'exp_range', got {mode!r}")
        if scale_fn is not None and not callable(scale_fn):
            raise TypeError(f"scale_fn must be a function, got {told(scale_fn)}")
        if scale_mode not in ("cycle", "iterations"):
            raise ValueError(f"scale_mode must be 'cycle' or 'iterations', got {scale_mode!r}")
        check_numbers(gamma=gamma)
        self.total_size = float(step_size_up + down)
        self.step_ratio = step_size_up / self.total_size
        self.mode = mode
        self.gamma = gamma
        self._scale_fn_custom = scale_fn
        by_mode = "iterations" if mode == "exp_range" else "cycle"
        self.scale_mode = by_mode if scale_fn is None else scale_mode
        self.cycle_momentum = cycle_momentum
        if cycle_momentum:
            check_momentum(optimizer)
            self.base_momentums = per_group("base_momentum", base_momentum, len(groups))
            self.max_momentums = per_group("max_momentum", max_momentum, len(groups))
        if last_epoch == -1:
            set_rates(optimizer, base_lrs)
        self._base = base_lrs
        super().__init__(optimizer, last_epoch)

    def get_lr(self) -> list[float]:
        """The rates at ``last_epoch``."""
        rise = self._height()
        return [base + (top - base) * rise for base, top in zip(self.base_lrs, self.max_lrs, strict=True)]

    def scale_fn(self, x: float) -> float:
        """The scale of the cycle ``x``, or of the step."""
        if self._scale_fn_custom is not None:
            return self._scale_fn_custom(x)
        return {"triangular": lambda: 1.0, "triangular2": lambda: 2.0 ** (1 - x), "exp_range": lambda: self.gamma**x}[
            self.mode
        ]()

    def state_dict(self) -> dict[str, Any]:
        """Everything but the optimiser and functions; of an object that is called, what it holds."""
        scale, state = self._scale_fn_custom, super().state_dict()
        state.pop("_base")
        state["_scale_fn_custom"] = None if scale is None or isinstance(scale, FunctionType) else dict(vars(scale))
        return state

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go back to a saved state; a function stays as it is."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_scale_fn_custom"})
        held = state_dict.get("_scale_fn_custom")
        if held is not None and self._scale_fn_custom is not None:
            vars(self._scale_fn_custom).update(held)

    def _initial_step(self) -> None:
        self.base_lrs = self._base  # also where an earlier schedule has left another initial_lr
        super()._initial_step()

    def _update_lr(self, epoch: int | None = None) -> None:
        super()._update_lr(epoch)
        if self.cycle_momentum:
            rise = self._height()
            for group, low, high in zip(
                self.optimizer.param_groups, self.base_momentums, self.max_momentums, strict=True
            ):
                set_momentum(group, high - (high - low) * rise)

    def _height(self) -> float:
        """``h s``."""
        t = self.last_epoch
        cycle = math.floor(1 + t / self.total_size)
        x = 1 + t / self.total_size - cycle
        h = x / self.step_ratio if x <= self.step_ratio else (x - 1) / (self.step_ratio - 1)
        return h * self.scale_fn(float(cycle if self.scale_mode == "cycle" else t))


class OneCycleLR(LRScheduler):
    """Up to ``max_lr`` in the first ``pct_start`` of the steps, then down to nearly 0 (Smith and Topin, 2018).

    From ``max_lr / div_factor`` to ``max_lr`` to ``max_lr / div_factor / final_div_factor``, along half a cosine or a
    line; momentum (or the first beta) goes the opposite way. With ``three_phase`` the way down mirrors the way up, and
    a third phase ends it. The length is ``total_steps``, or ``epochs * steps_per_epoch``.

    Raises:
        TypeError: a length is no integer, or a factor, rate or momentum no number.
        ValueError: a length, fraction or factor out of range, an optimiser without momentum, or a step past the end.
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
        check_optimizer(optimizer)
        if not isinstance(pct_start, float) or not 0 <= pct_start <= 1:  # 1, as in the library, may be meant as a step
            raise ValueError(f"pct_start must be a float between 0 and 1, got {pct_start!r}")
        if anneal_strategy not in ("cos", "linear"):
            raise ValueError(f"anneal_strategy must be 'cos' or 'linear', got {anneal_strategy!r}")
        self.total_steps = _length(total_steps, epochs, steps_per_epoch)
        check_numbers(div_factor=div_factor, final_div_factor=final_div_factor)
        for name, factor in (("div_factor", div_factor), ("final_div_factor", final_div_factor)):
            if factor == 0:
                raise ValueError(f"{name} must not be 0, got {factor}")
        self.pct_start = pct_start
        self.anneal_strategy = anneal_strategy
        self.cycle_momentum = cycle_momentum
        self.three_phase = three_phase
        groups = optimizer.param_groups
        if cycle_momentum:
            check_momentum(optimizer)
        if last_epoch == -1:
            tops = per_group("max_lr", max_lr, len(groups))
            lows = per_group("base_momentum", base_momentum, len(groups))
            highs = per_group("max_momentum", max_momentum, len(groups))
            for group, top, low, high in zip(groups, tops, lows, highs, strict=True):
                start = top / div_factor
                group.update(initial_lr=start, max_lr=top, min_lr=start / final_div_factor)
                if cycle_momentum:
                    group.update(max_momentum=high, base_momentum=low)
        super().__init__(optimizer, last_epoch)

    def _update_lr(self, epoch: int | None = None) -> None:
        super()._update_lr(epoch)
        if not self.cycle_momentum:
            return
        fraction, start, end = self._phase(("max_momentum", "base_momentum", "max_momentum", "max_momentum"))
        for group in self.optimizer.param_groups:
            set_momentum(group, self._anneal(group[start], group[end], fraction))

    def get_lr(self) -> list[float]:
        """The learning rate of every group in the present phase."""
        fraction, start, end = self._phase(("initial_lr", "max_lr", "initial_lr", "min_lr"))
        return [self._anneal(group[start], group[end], fraction) for group in self.optimizer.param_groups]

    def _phase(self, corners: tuple[str, str, str, str]) -> tuple[float, str, str]:
        """How much of the present phase is over, and the values at its two ends; two phases skip the third corner."""
        t, end = self.last_epoch, self.total_steps - 1
        check_end(t, self.total_steps)
        top = self.pct_start * self.total_steps - 1
        knots = [0.0, top, 2 * top, end] if self.three_phase else [0.0, top, end]
        names = corners if self.three_phase else (*corners[:2], corners[3])
        phase = next((i for i in range(1, len(knots) - 1) if t <= knots[i]), len(knots) - 1)
        fraction = (t - knots[phase - 1]) / (knots[phase] - knots[phase - 1])
        return fraction, names[phase - 1], names[phase]

    def _anneal(self, start: float, end: float, fraction: float) -> float:
        return _cosine(start, end, fraction) if self.anneal_strategy == "cos" else start + (end - start) * fraction


def _cosine(start: float, end: float, fraction: float) -> float:
    return end + (start - end) * (1 + math.cos(math.pi * fraction)) / 2


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
