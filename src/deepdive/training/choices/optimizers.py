"""Optimisers and schedules by name, by class, by a function, or made already."""

import inspect
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any, Literal

import torch
from torch import nn
from torch.optim.lr_scheduler import LRScheduler, ReduceLROnPlateau
from torch.optim.optimizer import ParamsT

from deepdive.checks import check_bounds, shown, told
from deepdive.training.choices.named_optimizers import named_optimizer
from deepdive.training.choices.named_schedules import named_schedule
from deepdive.training.records import Plan

OptimizerChoice = str | type[torch.optim.Optimizer] | Callable[[ParamsT], torch.optim.Optimizer] | torch.optim.Optimizer
"""What is accepted as an optimiser."""

ScheduleChoice = str | Callable[..., Any] | LRScheduler
"""What is accepted as a schedule."""


def choose_optimizer(
    choice: OptimizerChoice | None, lr: int | float | None = None
) -> Callable[[ParamsT], torch.optim.Optimizer] | torch.optim.Optimizer:
    """A function that makes the optimiser from parameters, or the optimiser that is made already.

    Without a choice it is Adam, whose learning rate of 0.001 suits most networks.

    Args:
        choice: a name, e.g. ``"adamw"`` or ``"lion"``; a class; a function of the parameters, e.g.
            ``partial(SGD, momentum=0.9)``, and of the network where it has a parameter ``network``; an optimiser.
        lr: learning rate, above 0; that of the choice if not given.

    Raises:
        TypeError: the choice is something else.
        ValueError: there is no optimiser of that name, it needs a closure, or ``lr`` is given twice or no rate.
    """
    if lr is not None:
        check_bounds("lr", lr, 0)
        check_bounds("lr", lr, most=_LARGEST)
    if choice is None:
        choice = "adam"
    if isinstance(choice, torch.optim.Optimizer):
        if lr is not None:
            raise ValueError(f"lr must be None where optimizer is made already, got {lr}")
        return _without_closure(choice)
    if isinstance(choice, str):
        choice = named_optimizer(choice)
    if not callable(choice):
        raise TypeError(
            f"optimizer must be a name, a class, a function of the parameters or an optimiser, got {told(choice)}"
        )
    if isinstance(choice, type) and not issubclass(choice, torch.optim.Optimizer):
        raise TypeError(f"optimizer must be a class of torch.optim or derived from one, got {choice.__name__}")
    if lr is not None:
        if isinstance(choice, partial) and "lr" in choice.keywords:
            raise ValueError(f"lr must be None where optimizer has one, got {lr} beside {choice.keywords['lr']}")
        made: Any = choice
        choice = partial(made, lr=lr)
    return _without_closure(choice)


def choose_schedule(
    choice: ScheduleChoice | None, interval: Literal["step", "epoch"] = "step"
) -> Callable[..., Any] | LRScheduler | None:
    """A function of the optimiser and the plan, or the schedule that is made already.

    Args:
        choice: a name, e.g. ``"cosine"``; a function of both; a class of ``torch.optim.lr_scheduler`` or a ``partial``
            of one, which takes the optimiser alone; a schedule.
        interval: after what it is moved; a schedule by name is as long as the run in steps or in epochs.

    Raises:
        TypeError: the choice is something else.
        ValueError: there is no schedule of that name, or it waits for a metric.
    """
    if isinstance(choice, str):
        named = named_schedule(choice)
        return partial(_by_epochs, named) if named is not None and interval == "epoch" else named
    base = choice.func if isinstance(choice, partial) else choice
    if isinstance(base, ReduceLROnPlateau) or base is ReduceLROnPlateau:
        raise ValueError("schedule must move by steps or epochs alone, got ReduceLROnPlateau, which waits for a metric")
    if choice is None or isinstance(choice, LRScheduler):
        return choice
    if not callable(choice):
        raise TypeError(
            f"schedule must be a name, a function of the optimiser and the plan, or a schedule, got {told(choice)}"
        )
    if isinstance(base, type) and issubclass(base, LRScheduler):
        return partial(_of_optimizer_alone, choice)
    return choice


def check_parameters(optimizer: torch.optim.Optimizer, task: nn.Module) -> None:
    """Check that an optimiser that is made already moves parameters of this task and no others.

    Raises:
        ValueError: it does; the message tells the shape of one.
    """
    own = set(task.parameters())
    held = [p for group in optimizer.param_groups for p in group["params"]]
    other = [p for p in held if p not in own]
    if other:
        raise ValueError(
            f"optimizer must be made from the network's parameters, got {type(optimizer).__name__} with "
            f"{len(other)} of {len(held)} of something else, the first of shape {shown(other[0].shape)}; make it from "
            "network.parameters(), after whatever replaces them"
        )


def make_optimizer(
    choice: Callable[[ParamsT], torch.optim.Optimizer] | torch.optim.Optimizer,
    groups: ParamsT,
    task: nn.Module,
    *,
    grouped: bool,
) -> torch.optim.Optimizer:
    """The optimiser of these parameters or groups of them, or the one that is made already.

    Raises:
        TypeError: the choice makes something else.
        ValueError: it is made already, and has other parameters than the task, or groups are asked for besides.
    """
    if isinstance(choice, torch.optim.Optimizer):
        if grouped:
            raise ValueError("parameter_groups must be None where optimizer is made already, and has groups")
        check_parameters(choice, task)
        return choice
    told_of: Any = {"network": getattr(task, "network", None)} if _takes_network(choice) else {}
    optimizer = choice(groups, **told_of)
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(f"optimizer must make a torch optimiser, got {told(optimizer)}")
    return optimizer


def make_schedule(choice: Callable[..., Any] | LRScheduler | None, optimizer: torch.optim.Optimizer, plan: Any) -> Any:
    """The schedule of this optimiser for a plan, or the one that is made already; ``None`` for none.

    Raises:
        ValueError: it is made already, and moves another optimiser.
    """
    if not isinstance(choice, LRScheduler):
        return None if choice is None else choice(optimizer, plan)
    if choice.optimizer is not optimizer:
        raise ValueError(
            f"schedule must be one of optimizer, got a {type(choice).__name__} of another one; make both or neither"
        )
    return choice


_LARGEST = torch.finfo(torch.float32).max
"""Of the numbers that weights are moved by."""


def _takes_network(choice: Callable[..., Any]) -> bool:
    try:
        return "network" in inspect.signature(choice).parameters
    except (TypeError, ValueError):  # what is not written in Python may tell no signature
        return False


def _by_epochs(schedule: Callable[..., Any], optimizer: torch.optim.Optimizer, plan: Plan) -> Any:
    """A schedule of the plan whose steps are epochs."""
    epochs = -(-plan.total_steps // plan.steps_per_epoch)
    return schedule(optimizer, replace(plan, total_steps=epochs, steps_per_epoch=1))


def _of_optimizer_alone(schedule: Callable[..., Any], optimizer: torch.optim.Optimizer, plan: object) -> Any:
    return schedule(optimizer)


def _without_closure(choice: Any) -> Any:
    base = choice
    while isinstance(base, partial):
        base = base.func
    if base is torch.optim.LBFGS or isinstance(base, torch.optim.LBFGS):
        raise ValueError("optimizer must take a step without a closure, got LBFGS")
    return choice
