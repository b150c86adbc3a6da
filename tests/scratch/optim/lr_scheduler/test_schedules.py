import math

import pytest
import torch
from torch import nn

from deepdive.scratch import optim
from deepdive.scratch.optim import lr_scheduler

SCHEDULES = {
    "step": ("StepLR", {"step_size": 3}),
    "cosine": ("CosineAnnealingLR", {"T_max": 20, "eta_min": 0.001}),
    "one-cycle": ("OneCycleLR", {"max_lr": 0.3, "total_steps": 30}),
    "three-phase": ("OneCycleLR", {"max_lr": 0.3, "total_steps": 30, "three_phase": True}),
}


def sgd(make=optim.SGD):
    return make([nn.Parameter(torch.ones(1))], lr=0.1, momentum=0.9)


def flat(pairs):
    return [value for pair in pairs for value in pair]


def rates(optimizer, schedule, steps):
    seen = []
    for _ in range(steps):
        seen.append([optimizer.param_groups[0]["lr"], optimizer.param_groups[0]["momentum"]])
        optimizer.step()
        schedule.step()
    return seen


@pytest.mark.parametrize("name", SCHEDULES)
@pytest.mark.parametrize("to", [torch.optim.lr_scheduler, lr_scheduler], ids=["to-library", "to-ours"])
def test_a_saved_state_continues_elsewhere(name, to):
    kind, arguments = SCHEDULES[name]
    whole = sgd()
    expected = rates(whole, getattr(lr_scheduler, kind)(whole, **arguments), 25)
    start = sgd()
    schedule = getattr(lr_scheduler, kind)(start, **arguments)
    rates(start, schedule, 10)
    rest = sgd(torch.optim.SGD)
    continued = getattr(to, kind)(rest, **arguments)
    rest.load_state_dict(start.state_dict())
    continued.load_state_dict(schedule.state_dict())
    assert flat(rates(rest, continued, 15)) == pytest.approx(flat(expected[10:]))


@pytest.mark.parametrize("name", ["step", "cosine"])
def test_last_epoch_continues_with_the_optimizer_alone(name):
    kind, arguments = SCHEDULES[name]
    whole, start = sgd(), sgd()
    expected = rates(whole, getattr(lr_scheduler, kind)(whole, **arguments), 12)
    rates(start, getattr(lr_scheduler, kind)(start, **arguments), 5)
    continued = getattr(lr_scheduler, kind)(start, **arguments, last_epoch=4)
    assert flat(rates(start, continued, 7)) == pytest.approx(flat(expected[5:]))


def test_a_cosine_goes_from_start_to_end_and_back():
    optimizer = sgd()
    schedule = lr_scheduler.CosineAnnealingLR(optimizer, T_max=10, eta_min=0.02)
    seen = [lr for lr, _ in rates(optimizer, schedule, 21)]
    assert [seen[0], seen[5], seen[10], seen[20]] == pytest.approx([0.1, 0.06, 0.02, 0.1])
    assert seen[3] == pytest.approx(0.02 + 0.08 * (1 + math.cos(0.3 * math.pi)) / 2)


def test_one_cycle_reaches_its_top_and_its_bottom():
    optimizer = sgd()
    schedule = lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=11, pct_start=0.4, div_factor=10.0)
    lrs, momenta = zip(*rates(optimizer, schedule, 11), strict=True)
    assert lrs[0] == pytest.approx(0.1)
    assert max(lrs) == pytest.approx(1.0, rel=0.05)
    assert lrs[-1] == pytest.approx(0.1 / 1e4)
    assert momenta.index(min(momenta)) == lrs.index(max(lrs))
    assert (max(momenta), momenta[-1]) == pytest.approx((0.95, 0.95))


def test_the_last_rates_are_those_of_the_optimizer():
    optimizer = sgd()
    schedule = lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    optimizer.step()
    schedule.step()
    assert schedule.get_last_lr() == [optimizer.param_groups[0]["lr"]] == [0.05]


def test_a_rate_in_a_tensor_is_written_in_place():
    rate = torch.tensor(0.1)
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=rate)
    schedule = lr_scheduler.StepLR(optimizer, 1)
    optimizer.step()
    schedule.step()
    assert optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == pytest.approx(0.01)


def test_a_step_past_the_end_is_refused():
    optimizer = sgd()
    schedule = lr_scheduler.OneCycleLR(optimizer, max_lr=1.0, total_steps=3)
    with pytest.raises(ValueError, match="step must be at most total_steps=3, got 4"):
        rates(optimizer, schedule, 5)


@pytest.mark.parametrize(
    ("kind", "arguments", "words"),
    [
        ("StepLR", {"step_size": 0}, "step_size must be at least 1, got 0"),
        ("CosineAnnealingLR", {"T_max": 0}, "T_max must be at least 1, got 0"),
        (
            "OneCycleLR",
            {"max_lr": 1.0},
            "total_steps, or both epochs and steps_per_epoch, must be given, got None, None and None",
        ),
        ("OneCycleLR", {"max_lr": 1.0, "total_steps": 0}, "total_steps must be at least 1, got 0"),
        ("OneCycleLR", {"max_lr": 1.0, "epochs": 0, "steps_per_epoch": 2}, "epochs must be at least 1, got 0"),
        (
            "OneCycleLR",
            {"max_lr": 1.0, "total_steps": 5, "pct_start": 1.5},
            "pct_start must be a float between 0 and 1, got 1.5",
        ),
        ("OneCycleLR", {"max_lr": [1.0, 2.0], "total_steps": 5}, "max_lr must be one number .* 1 groups, got 2"),
    ],
)
def test_numbers_out_of_range_are_refused(kind, arguments, words):
    with pytest.raises(ValueError, match=words):
        getattr(lr_scheduler, kind)(sgd(), **arguments)


@pytest.mark.usefixtures("without_shape_checks")
def test_other_bad_arguments_are_refused():
    with pytest.raises(TypeError, match="optimizer must be an Optimizer, got Linear"):
        lr_scheduler.StepLR(nn.Linear(1, 1), 1)
    with pytest.raises(ValueError, match="anneal_strategy must be 'cos' or 'linear', got 'sine'"):
        lr_scheduler.OneCycleLR(sgd(), 1.0, 5, anneal_strategy="sine")
    with pytest.raises(
        KeyError, match=r"param_groups\[0\] must have an initial_lr to be continued at last_epoch=3, got none"
    ):
        lr_scheduler.StepLR(sgd(), 1, last_epoch=3)
    with pytest.raises(
        ValueError, match="optimizer must have a momentum or betas with cycle_momentum=True, got Adagrad without"
    ):
        lr_scheduler.OneCycleLR(torch.optim.Adagrad([nn.Parameter(torch.ones(1))]), 1.0, 5)
    with pytest.raises(NotImplementedError, match="LRScheduler must say get_lr"):
        lr_scheduler.LRScheduler(sgd())
