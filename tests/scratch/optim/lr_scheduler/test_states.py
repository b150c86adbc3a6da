"""A schedule of either side goes on from a state of the other, in the middle; all fifteen of them."""

from copy import deepcopy

import pytest
import torch

from deepdive.proofs.updates import make_schedule, small_problem
from deepdive.scratch.optim import lr_scheduler
from deepdive.twins import SCHEDULES

ROWS = [pytest.param(n, t, a, id=f"{n}-{i}") for n, t in SCHEDULES.items() for i, a in enumerate(t.arguments)]
SIDES = {"ours": lr_scheduler, "theirs": torch.optim.lr_scheduler}


def made(side, twin, arguments):
    optimizer = small_problem(torch.optim.SGD, {"momentum": 0.9})[1]
    return optimizer, make_schedule(getattr(twin, side), SIDES[side], optimizer, arguments)


def run(optimizer, schedule, twin, steps):
    rates = []
    for t in steps:
        optimizer.step()
        schedule.step(*(() if twin.metric is None else (twin.metric(t),)))
        rates += [group[key] for group in optimizer.param_groups for key in ("lr", "momentum")]
    return rates


def test_all_of_the_librarys_are_here():
    names = {name for name in torch.optim.lr_scheduler.__all__ if name != "LRScheduler"}
    assert len(names) == 15
    assert names == {name.removeprefix("optim.lr_scheduler.") for name in SCHEDULES}


@pytest.mark.parametrize("to", SIDES)
@pytest.mark.parametrize("from_", SIDES)
@pytest.mark.parametrize(("name", "twin", "arguments"), ROWS)
def test_a_state_continues_on_either_side(name, twin, arguments, from_, to):
    optimizer, schedule = made(from_, twin, arguments)
    run(optimizer, schedule, twin, range(33))
    other, continued = made(to, twin, arguments)
    other.load_state_dict(deepcopy(optimizer.state_dict()))
    continued.load_state_dict(deepcopy(schedule.state_dict()))
    rest = range(33, 60)
    assert run(other, continued, twin, rest) == pytest.approx(run(optimizer, schedule, twin, rest), abs=1e-12)
    assert continued.get_last_lr() == [group["lr"] for group in other.param_groups]


class Falling:
    """A function that holds something, which a state has."""

    def __init__(self, power):
        self.power = power

    def __call__(self, t):
        return (1 + t) ** -self.power


@pytest.mark.parametrize("kind", ["LambdaLR", "MultiplicativeLR"])
def test_a_state_has_what_an_object_that_is_called_holds(kind):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    schedule = getattr(lr_scheduler, kind)(optimizer, Falling(2))
    state = schedule.state_dict()
    assert state["lr_lambdas"] == [{"power": 2}]
    other = getattr(lr_scheduler, kind)(optimizer, Falling(1))
    other.load_state_dict(state)
    optimizer.step()
    other.step()
    assert other.get_last_lr() == [0.25]
    assert getattr(lr_scheduler, kind)(optimizer, lambda t: 1.0).state_dict()["lr_lambdas"] == [None]


def test_a_state_of_a_cycle_has_what_its_scale_holds():
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    arguments = {"base_lr": 0.0, "max_lr": 1.0, "step_size_up": 1, "cycle_momentum": False, "scale_mode": "iterations"}
    state = lr_scheduler.CyclicLR(optimizer, scale_fn=Falling(2), **arguments).state_dict()
    other = lr_scheduler.CyclicLR(optimizer, scale_fn=Falling(1), **arguments)
    other.load_state_dict(state)
    optimizer.step()
    other.step()
    assert other.get_last_lr() == [0.25]


ALONE = [name for name, twin in SCHEDULES.items() if twin.metric is None and "schedulers" not in twin.arguments[0]]
MENDED = {"ExponentialLR", "LinearLR", "PolynomialLR", "CosineAnnealingLR", "MultiplicativeLR"}
"""Of which older versions of the library take a step more when they are continued."""


@pytest.mark.parametrize("name", ALONE)
def test_a_schedule_that_is_continued_goes_on_as_the_librarys_does(name):
    twin = SCHEDULES[name]
    if twin.theirs.__name__ in MENDED and not hasattr(torch.optim.lr_scheduler.LRScheduler, "_is_initial"):
        pytest.skip(f"torch {torch.__version__} moves {twin.theirs.__name__} when it is continued")
    for arguments in twin.arguments:
        for steps in (1, 3, 5, 7, 9, 10, 20, 21):  # where schedules change their rates, and between
            paths = []
            for side in SIDES:
                optimizer, schedule = made("theirs", twin, arguments)
                run(optimizer, schedule, twin, range(steps))
                continued = getattr(twin, side)(optimizer, **arguments, last_epoch=steps - 1)
                paths.append([*continued.get_last_lr(), *run(optimizer, continued, twin, range(6))])
            assert paths[0] == pytest.approx(paths[1], rel=1e-12, abs=1e-15), (arguments, steps)


@pytest.mark.parametrize(
    ("kind", "arguments", "factor"),
    [
        ("StepLR", {"step_size": 3, "gamma": 0.5}, 0.25),
        ("MultiStepLR", {"milestones": [3, 3], "gamma": 0.5}, 0.0625),
        ("ConstantLR", {"factor": 0.25, "total_iters": 3}, 4.0),
        ("ExponentialLR", {"gamma": 0.5}, 0.125),
    ],
)
def test_what_changes_at_a_step_changes_again_when_it_is_continued_there(kind, arguments, factor):
    optimizer = torch.optim.SGD([torch.nn.Parameter(torch.ones(1))], lr=1.0)
    schedule = getattr(lr_scheduler, kind)(optimizer, **arguments)
    for _ in range(3):
        optimizer.step()
        schedule.step()
    assert getattr(lr_scheduler, kind)(optimizer, **arguments, last_epoch=2).get_last_lr() == pytest.approx([factor])
