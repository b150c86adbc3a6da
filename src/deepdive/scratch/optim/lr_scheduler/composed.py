"""Schedules out of schedules: one after the other, or all at once."""

from bisect import bisect_right
from collections.abc import Sequence
from typing import Any

from torch.optim import Optimizer

from deepdive.checks import check_integer, check_sequence, told
from deepdive.scratch.optim._base import number
from deepdive.scratch.optim.lr_scheduler.base import LRScheduler, check_optimizer, rates, set_rates


class _ComposedLR(LRScheduler):
    """Its state holds those of its members."""

    _schedulers: Sequence[Any]

    def state_dict(self) -> dict[str, Any]:
        """The states of all members as well."""
        return super().state_dict() | {"_schedulers": [member.state_dict() for member in self._schedulers]}

    def load_state_dict(self, state_dict: dict[str, Any]) -> None:
        """Go back to a saved state."""
        super().load_state_dict({name: value for name, value in state_dict.items() if name != "_schedulers"})
        for member, state in zip(self._schedulers, state_dict["_schedulers"], strict=True):
            member.load_state_dict(dict(state))


class SequentialLR(_ComposedLR):
    """One schedule after the other: the next one begins, at its step 0, when ``t`` is a milestone.

    Raises:
        TypeError: a member is no schedule, or a milestone no integer.
        ValueError: no member, members of other optimisers or that wait for a metric, or not one milestone between two.
    """

    def __init__(
        self, optimizer: Optimizer, schedulers: list[Any], milestones: list[int], last_epoch: int = -1
    ) -> None:
        check_optimizer(optimizer)
        check_members(schedulers, optimizer)
        check_sequence("milestones", milestones, "integers")
        for i, milestone in enumerate(milestones):
            check_integer(f"milestones[{i}]", milestone, 0)
        if len(milestones) != len(schedulers) - 1:
            raise ValueError(
                f"milestones must be one fewer than schedulers, of which there are {len(schedulers)}, got "
                f"{len(milestones)}"
            )
        self._schedulers = schedulers
        self._milestones = milestones
        self.last_epoch = last_epoch + 1
        self.optimizer = optimizer
        # The members have each made their first step: from the beginning again, and the first one alone.
        set_rates(optimizer, [number(group["initial_lr"]) for group in optimizer.param_groups])
        for member in schedulers:
            _undo(member)
        first = schedulers[bisect_right(milestones, 0)]
        first._initial_step()
        self._last_lr = first.get_last_lr()

    def step(self) -> None:
        """Move on by one, in the member whose turn it is."""
        self.last_epoch += 1
        turn = bisect_right(self._milestones, self.last_epoch)
        member = self._schedulers[turn]
        if turn and self._milestones[turn - 1] == self.last_epoch:
            member._update_lr(0)
        else:
            member.step()
        self._last_lr = member.get_last_lr()


class ChainedScheduler(_ComposedLR):
    """All schedules at once: each changes the rates that the one before it leaves.

    Raises:
        TypeError: a member is no schedule.
        ValueError: no member, members of other optimisers, or one that waits for a metric.
    """

    def __init__(self, schedulers: Sequence[Any], optimizer: Optimizer | None = None) -> None:
        check_members(schedulers, optimizer)
        self._schedulers = schedulers
        self.optimizer = optimizer or schedulers[0].optimizer
        self._last_lr = rates(self.optimizer)

    def step(self) -> None:
        """Move all members on by one, in their order."""
        for member in self._schedulers:
            member.step()
        self._last_lr = rates(self.optimizer)


def check_members(schedulers: Any, optimizer: Optimizer | None) -> None:
    """Check schedules that are to work together."""
    check_sequence("schedulers", schedulers, "schedules")
    if not schedulers:
        raise ValueError("schedulers must hold at least one schedule, got none")
    for i, member in enumerate(schedulers):
        check_member(f"schedulers[{i}]", member, optimizer or getattr(schedulers[0], "optimizer", None))


def check_member(name: str, scheduler: Any, optimizer: Optimizer | None) -> None:
    """Check a schedule that another one drives."""
    if not hasattr(scheduler, "optimizer") or not hasattr(scheduler, "step"):
        raise TypeError(f"{name} must be a schedule, got {told(scheduler)}")
    if any(kind.__name__ == "ReduceLROnPlateau" for kind in type(scheduler).__mro__):
        raise ValueError(f"{name} must need no metric to step, got ReduceLROnPlateau")
    if optimizer is not None and scheduler.optimizer is not optimizer:
        raise ValueError(f"{name} must be of the same optimizer as the others, got one of another")


def _undo(member: Any) -> None:
    if hasattr(member, "_schedulers"):
        for each in member._schedulers:
            _undo(each)
    elif hasattr(member, "last_epoch"):
        member.last_epoch -= 1
