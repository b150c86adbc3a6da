"""The learning rate of every step, from the schedule: records tell it now and then."""

from collections.abc import Callable
from typing import Any

import torch
from torch import nn

from deepdive.training.records import Plan

_LONGEST = 30_000
"""Steps of a schedule that are gone through for a figure; of a longer run the records are drawn."""


def learning_rates(
    optimizer: Callable[[Any], torch.optim.Optimizer], schedule: Callable[..., Any] | None, plan: Plan
) -> list[float] | None:
    """The learning rate of each of the planned steps; ``None`` of more steps than are worth it.

    It is found by going through the schedule with an optimiser of one parameter that never moves.
    """
    if plan.total_steps > _LONGEST:
        return None
    still = optimizer([nn.Parameter(torch.zeros(1, 1))])
    moved = schedule(still, plan) if schedule is not None else None
    rates = []
    for _ in range(plan.total_steps):
        rates.append(float(still.param_groups[0]["lr"]))
        still.step()
        if moved is not None:
            moved.step()
    return rates
