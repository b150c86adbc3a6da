"""Learning-rate schedules by name, with arguments that follow from the length of the run (D2L section 12.11)."""

from collections.abc import Callable, Mapping
from functools import partial
from types import ModuleType
from typing import Any

import torch
from torch.optim import Optimizer

from deepdive.names import suggestion
from deepdive.training.fine_tuning import SlantedTriangularLR
from deepdive.training.inverse_square_root import InverseSquareRootLR
from deepdive.training.records import Plan

_LOWEST = 0.01
"""What ``exponential`` ends with, and ``factor`` does not fall below: a fraction of the first rate."""
_FACTOR = 0.9


def named_schedule(
    choice: str, package: ModuleType = torch.optim.lr_scheduler, *, warm_up: float = 0.1
) -> Callable[[Optimizer, Plan], Any] | None:
    """A function that makes the schedule of that name from the optimiser and the plan; ``None`` for ``"constant"``.

    The rate of each parameter group is its highest. With ``T`` steps, ``E`` to an epoch and ``w = ⌊warm_up T⌋``, the
    rate of step ``t = 0, 1, ...`` is ``lr f(t)``: ``"step"`` ``f = 0.1^⌊t/⌊T/3⌋⌋``; ``"multi-step"`` a tenth from
    ``T/2`` and again from ``3T/4`` on; ``"factor"`` ``max(0.9^⌊t/E⌋, 0.01)``; ``"exponential"`` ``0.01^(t/T)``;
    ``"square-root"`` ``(t/E + 1)^-½``; ``"linear"`` ``1 - t/T``; ``"polynomial"`` ``(1 - t/T)²``; ``"cosine"``
    ``(1 + cos πt/T)/2``, ``"cosine-restarts"`` three times; ``"cyclic"`` five triangles from a tenth; ``"one-cycle"``
    as the library has it; ``"warm-up"`` ``min(1, (t + 1)/(w + 1))``, ``"warm-up-cosine"`` a cosine after it;
    ``"warm-up-stable-decay"``, ``"slanted-triangular"`` and ``"inverse-square-root"`` as their classes have them.

    Raises:
        ValueError: there is no schedule of that name.
    """
    name = choice.casefold().replace("_", "-")
    if name == "constant":
        return None
    if name not in _MAKERS:
        known = ["constant", *_MAKERS]
        raise ValueError(f"schedule must be the name of one, got {choice!r}{suggestion(choice, known)}")
    return partial(_made, name, package, warm_up)


def _made(name: str, package: ModuleType, warm_up: float, optimizer: Optimizer, plan: Plan) -> Any:
    return _MAKERS[name](package, optimizer, plan, int(warm_up * plan.total_steps + 1e-9))


def _highest(optimizer: Optimizer) -> list[float]:
    return [group["lr"] for group in optimizer.param_groups]


def _one_cycle(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    total = plan.total_steps + 1
    return package.OneCycleLR(optimizer, max_lr=_highest(optimizer), total_steps=total, cycle_momentum=False)


def _cyclic(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    high = _highest(optimizer)
    up = max(1, plan.total_steps // 10)
    return package.CyclicLR(optimizer, [lr / 10 for lr in high], high, step_size_up=up, cycle_momentum=False)


def _factor(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    return package.LambdaLR(optimizer, lambda t: max(_FACTOR ** (t // plan.steps_per_epoch), _LOWEST))


def _square_root(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    return package.LambdaLR(optimizer, lambda t: (t / plan.steps_per_epoch + 1) ** -0.5)


def _step(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    return package.StepLR(optimizer, step_size=max(1, plan.total_steps // 3))


def _multi_step(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    total = plan.total_steps
    return package.MultiStepLR(optimizer, milestones=[max(1, total // 2), max(2, 3 * total // 4)])


def _exponential(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    return package.ExponentialLR(optimizer, gamma=_LOWEST ** (1 / plan.total_steps))


def _linear(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    return package.LinearLR(optimizer, start_factor=1.0, end_factor=0.0, total_iters=plan.total_steps)


def _polynomial(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    return package.PolynomialLR(optimizer, total_iters=plan.total_steps, power=2.0)


def _cosine(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    return package.CosineAnnealingLR(optimizer, T_max=plan.total_steps)


def _cosine_restarts(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    return package.CosineAnnealingWarmRestarts(optimizer, T_0=max(1, -(-plan.total_steps // 3)))


def _warm_up(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    if not warm_up:
        return package.ConstantLR(optimizer, factor=1.0)
    return package.LinearLR(optimizer, start_factor=1 / (warm_up + 1), total_iters=warm_up)


def _warm_up_cosine(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    from deepdive.scratch.optim.lr_scheduler import WarmupLR

    return WarmupLR(package.CosineAnnealingLR(optimizer, T_max=max(1, plan.total_steps - warm_up)), warm_up)


def _warm_up_stable_decay(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    from deepdive.scratch.optim.lr_scheduler import WarmupStableDecayLR

    total = plan.total_steps
    return WarmupStableDecayLR(optimizer, total, min(warm_up, total - total // 5))


def _slanted_triangular(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    return SlantedTriangularLR(optimizer, plan.total_steps, cut_frac=warm_up / plan.total_steps)


def _inverse_square_root(package: Any, optimizer: Optimizer, plan: Plan, warm_up: int) -> Any:
    return InverseSquareRootLR(optimizer, max(1, warm_up))


_MAKERS: Mapping[str, Callable[[Any, Optimizer, Plan, int], Any]] = {
    "one-cycle": _one_cycle,
    "cosine": _cosine,
    "step": _step,
    "slanted-triangular": _slanted_triangular,
    "inverse-square-root": _inverse_square_root,
    "cosine-restarts": _cosine_restarts,
    "cyclic": _cyclic,
    "exponential": _exponential,
    "factor": _factor,
    "linear": _linear,
    "multi-step": _multi_step,
    "polynomial": _polynomial,
    "square-root": _square_root,
    "warm-up": _warm_up,
    "warm-up-cosine": _warm_up_cosine,
    "warm-up-stable-decay": _warm_up_stable_decay,
}
SCHEDULES = ("constant", *_MAKERS)
"""The names."""
