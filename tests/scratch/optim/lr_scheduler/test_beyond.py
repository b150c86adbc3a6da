"""Schedules that the library lacks, against closed forms, and what has no meaning."""

import math

import pytest
import torch
from torch import nn

from deepdive.scratch.optim import lr_scheduler

GROUPS = ((0.5, 1.0), (0.2, 0.4))


def optimizer(kind=torch.optim.SGD):
    rates = [group[0] for group in GROUPS]
    return kind([{"params": [nn.Parameter(torch.ones(1))], "lr": rate} for rate in rates], lr=1.0, momentum=0.9)


def flat(pairs):
    return [value for pair in pairs for value in pair]


def rates(schedule, steps):
    found = [schedule.get_last_lr()]
    for _ in range(steps):
        schedule.optimizer.step()
        schedule.step()
        found.append(schedule.get_last_lr())
        assert found[-1] == [group["lr"] for group in schedule.optimizer.param_groups]
    return found


@pytest.mark.parametrize("package", [torch.optim.lr_scheduler, lr_scheduler], ids=["library", "ours"])
@pytest.mark.parametrize(
    ("kind", "arguments", "factor"),
    [
        ("ExponentialLR", {"gamma": 0.9}, lambda t: 0.9**t),
        ("CosineAnnealingLR", {"T_max": 30}, lambda t: (1 + math.cos(math.pi * t / 30)) / 2),
        ("LambdaLR", {"lr_lambda": lambda t: 1 / (1 + t)}, lambda t: 1 / (1 + t)),
        ("LinearLR", {"start_factor": 0.5, "total_iters": 4}, lambda t: min(1, 0.5 + t / 8)),
    ],
)
def test_a_warm_up_rises_in_a_line_then_the_schedule_is_its_own(package, kind, arguments, factor):
    made = optimizer()
    found = rates(lr_scheduler.WarmupLR(getattr(package, kind)(made, **arguments), warmup_steps=6), 25)
    for i, (base, _) in enumerate(GROUPS):
        rise = [base * factor(0) * (t + 1) / 7 for t in range(6)]
        expected = rise + [base * factor(t) for t in range(20)]
        assert [each[i] for each in found] == pytest.approx(expected)


@pytest.mark.parametrize("at", [3, 12])
def test_a_warm_up_continues_from_its_state(at):
    whole = rates(lr_scheduler.WarmupLR(lr_scheduler.ExponentialLR(optimizer(), 0.8), 5), 20)
    first = lr_scheduler.WarmupLR(lr_scheduler.ExponentialLR(optimizer(), 0.8), 5)
    rates(first, at)
    second = lr_scheduler.WarmupLR(lr_scheduler.ExponentialLR(optimizer(), 0.8), 5)
    second.optimizer.load_state_dict(first.optimizer.state_dict())
    second.load_state_dict(first.state_dict())
    assert flat(rates(second, 20 - at)) == pytest.approx(flat(whole[at:]))


def test_no_warm_up_is_the_schedule_alone():
    found = rates(lr_scheduler.WarmupLR(lr_scheduler.StepLR(optimizer(), 2), 0), 6)
    assert found == rates(lr_scheduler.StepLR(optimizer(), 2), 6)


HEIGHTS = {
    "sqrt": lambda p: 1 - p**0.5,
    "linear": lambda p: 1 - p,
    "cosine": lambda p: math.cos(math.pi * p / 2) ** 2,
}


@pytest.mark.parametrize("decay", HEIGHTS)
def test_warm_up_level_and_decay(decay):
    made = optimizer()
    schedule = lr_scheduler.WarmupStableDecayLR(made, 50, 4, 10, decay, min_factor=0.1)
    found = rates(schedule, 50)
    factors = [(t + 1) / 5 for t in range(4)] + [1.0] * 37 + [0.1 + 0.9 * HEIGHTS[decay](p / 10) for p in range(1, 11)]
    for i, (base, _) in enumerate(GROUPS):
        assert [each[i] for each in found] == pytest.approx([base * f for f in factors])
    made.step()
    with pytest.raises(ValueError, match="step must be at most total_steps=50, got 51"):
        schedule.step()


def test_schedules_of_both_sides_work_together():
    """The library's in ours, and ours in the library's."""
    theirs = torch.optim.lr_scheduler
    found = []
    for outer, inner in ((lr_scheduler, theirs), (theirs, lr_scheduler), (theirs, theirs)):
        made = optimizer()
        members = [
            inner.LinearLR(made, total_iters=4),
            inner.CosineAnnealingLR(made, 9),
            inner.ExponentialLR(made, 0.9),
        ]
        found.append(flat(rates(outer.SequentialLR(made, members, [5, 12]), 30)))
    assert found[0] == pytest.approx(found[2])
    assert found[1] == pytest.approx(found[2])


def test_a_constant_of_0_ends():
    """Where the library divides by 0."""
    found = rates(lr_scheduler.ConstantLR(optimizer(), factor=0.0, total_iters=2), 3)
    assert found == [[0, 0], [0, 0], [0.5, 0.2], [0.5, 0.2]]


def test_fractions_of_an_epoch_restart_where_the_librarys_do():
    sides = []
    for package in (lr_scheduler, torch.optim.lr_scheduler):
        made = optimizer()
        schedule = package.CosineAnnealingWarmRestarts(made, 3, 2, eta_min=0.01)
        found = []
        for i in range(60):
            made.step()
            schedule.step(i / 4)
            found += schedule.get_last_lr()
        sides.append(found)
    assert sides[0] == pytest.approx(sides[1])


def members(count=2):
    made = optimizer()
    return made, [lr_scheduler.StepLR(made, 2) for _ in range(count)]


@pytest.mark.usefixtures("without_shape_checks")
@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda o: lr_scheduler.MultiStepLR(o, [3, -1]), r"milestones\[1\] must be at least 0, got -1"),
        (lambda o: lr_scheduler.ConstantLR(o, factor=1.5), "factor must be at least 0 and at most 1, got 1.5"),
        (lambda o: lr_scheduler.LinearLR(o, start_factor=0.0), "start_factor must be above 0 and at most 1, got 0.0"),
        (lambda o: lr_scheduler.LinearLR(o, end_factor=2.0), "end_factor must be at least 0 and at most 1, got 2.0"),
        (lambda o: lr_scheduler.PolynomialLR(o, 0), "total_iters must be at least 1, got 0"),
        (
            lambda o: lr_scheduler.LambdaLR(o, [abs]),
            "lr_lambda must be one function or one for each of the 2 groups, got 1",
        ),
        (lambda o: lr_scheduler.MultiplicativeLR(o, 0.5), "lr_lambda must be a function, got 0.5"),
        (lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 0), "T_0 must be at least 1, got 0"),
        (lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 1).step(-1), "epoch must not be negative, got -1"),
        (lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.0, 0), "step_size_up must be at least 1, got 0"),
        (lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.0, mode="square"), "mode must be 'triangular', .*, got 'square'"),
        (lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.0, scale_fn=3), "scale_fn must be a function, got 3"),
        (lambda o: lr_scheduler.CyclicLR(o, [0.1], 1.0), "base_lr must be one number or one for each of the 2 groups"),
        (lambda o: lr_scheduler.ReduceLROnPlateau(o, factor=1.0), "factor must be below 1, got 1.0"),
        (lambda o: lr_scheduler.ReduceLROnPlateau(o, "least"), "mode must be 'min' or 'max', got 'least'"),
        (
            lambda o: lr_scheduler.ReduceLROnPlateau(o, threshold_mode="x"),
            "threshold_mode must be 'rel' or 'abs', got 'x'",
        ),
        (lambda o: lr_scheduler.ReduceLROnPlateau(o).step("low"), "metrics must be a number, got the string 'low'"),
        (lambda o: lr_scheduler.ReduceLROnPlateau(o, min_lr=[0.1]), "min_lr must be one number or one for each"),
        (lambda o: lr_scheduler.ChainedScheduler([]), "schedulers must hold at least one schedule, got none"),
        (lambda o: lr_scheduler.ChainedScheduler([o]), r"schedulers\[0\] must be a schedule, got SGD"),
        (
            lambda o: lr_scheduler.ChainedScheduler([lr_scheduler.ReduceLROnPlateau(o)]),
            r"schedulers\[0\] must need no metric to step, got ReduceLROnPlateau",
        ),
        (
            lambda o: lr_scheduler.SequentialLR(o, members()[1], [3]),
            r"schedulers\[0\] must be of the same optimizer as the others, got one of another",
        ),
        (
            lambda o: lr_scheduler.SequentialLR(*members(3), [3]),
            "milestones must be one fewer than schedulers, of which there are 3, got 1",
        ),
        (lambda o: lr_scheduler.WarmupLR(lr_scheduler.StepLR(o, 1), -1), "warmup_steps must be at least 0, got -1"),
        (lambda o: lr_scheduler.WarmupLR(o, 3), "scheduler must be a schedule, got SGD"),
        (
            lambda o: lr_scheduler.WarmupLR(lr_scheduler.ReduceLROnPlateau(o), 3),
            "scheduler must need no metric to step, got ReduceLROnPlateau",
        ),
        (lambda o: lr_scheduler.WarmupStableDecayLR(o, 0), "total_steps must be at least 1, got 0"),
        (
            lambda o: lr_scheduler.WarmupStableDecayLR(o, 10, 6, 5),
            "warmup_steps and decay_steps must be at most total_steps=10 together, got 6 and 5",
        ),
        (
            lambda o: lr_scheduler.WarmupStableDecayLR(o, 9, decay="exp"),
            "decay must be 'sqrt', 'linear' or 'cosine', got",
        ),
        (lambda o: lr_scheduler.WarmupStableDecayLR(o, 9, min_factor=2), "min_factor must be at least 0 and at most 1"),
    ],
)
def test_what_has_no_meaning_is_refused(make, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        make(optimizer())
