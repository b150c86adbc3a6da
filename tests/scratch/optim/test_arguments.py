"""Settings of optimisers and schedules: what the library refuses is refused, by name; what it takes means the same."""

import pytest
import torch
from torch import nn

from deepdive import scratch

NAN, INF = float("nan"), float("inf")
VALUES = [0.1, 0, 2, -1, INF, "0.1", None, torch.tensor(0.1), torch.tensor([0.1]), torch.tensor([0.1, 0.2]), [0.1], 1j]
BETAS = [
    (0.9,), (0.9, 0.99, 0.5), (0.9, 1.0), (1, 0.9), (-0.1, 0.9), (NAN, 0.9), 0.9, "ab", [0.5, 0.9], None, (0.9, "x"),
    {0.9, 0.99}, (0.0, 0.0),
]  # fmt: skip
NUMBERS = {
    "SGD": ("lr", "momentum", "weight_decay"),
    "Adam": ("lr", "eps", "weight_decay"),
    "AdamW": ("lr", "eps", "weight_decay"),
}
CASES = [
    *((name, {setting: value}) for name, settings in NUMBERS.items() for setting in settings for value in VALUES),
    *((name, {"betas": betas}) for name in ("Adam", "AdamW") for betas in BETAS),
    ("SGD", {"nesterov": True}),
    ("SGD", {"nesterov": True, "momentum": 0.9}),
    ("SGD", {"nesterov": True, "momentum": 0.9, "dampening": 0.1}),
    ("SGD", {"momentum": 1.5, "dampening": 2}),
]
SCHEDULES = [
    *(("StepLR", {"step_size": 2, "gamma": value}) for value in VALUES[:7]),
    *(("CosineAnnealingLR", {"T_max": 5, "eta_min": value}) for value in VALUES[:7] if value != INF),
    *(("OneCycleLR", {"max_lr": 1.0, "total_steps": value}) for value in (0, -1, 2.5, 20, NAN, INF, "3", [3])),
    *(("OneCycleLR", {"max_lr": 1.0, "epochs": value, "steps_per_epoch": 4}) for value in (0, 2.5, 3, None, "3")),
    *(
        ("OneCycleLR", {"max_lr": 1.0, "total_steps": 20, "pct_start": value})
        for value in (0, 0.0, 0.3, 1.0, 1, 1.5, True)
    ),
    *(("OneCycleLR", {"max_lr": 1.0, "total_steps": 20, "div_factor": value}) for value in (0, 10, "3", None)),
    *(("OneCycleLR", {"max_lr": value, "total_steps": 20}) for value in (0.5, [0.5], [0.5, 1.0], "1", None)),
    ("OneCycleLR", {"max_lr": 1.0}),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": 20, "anneal_strategy": "poly"}),
]


def trained(optimizer, settings):
    theta = nn.Parameter(torch.tensor([1.0, 2.0]))
    moves = optimizer([theta], **settings)
    for _ in range(3):
        moves.zero_grad()
        theta.square().sum().backward()
        moves.step()
    return theta.detach()


def rates(schedule, settings):
    optimizer = torch.optim.SGD([nn.Parameter(torch.ones(1))], lr=0.1, momentum=0.9)
    moves, found = schedule(optimizer, **settings), []
    for _ in range(8):
        optimizer.step()
        found.append([float(optimizer.param_groups[0][name]) for name in ("lr", "momentum")])
        moves.step()
    return torch.tensor(found)


def compare(run, theirs, ours, settings):
    """Both give one value, or both refuse, ours by naming a setting, the rule and the value."""
    try:
        expected = run(theirs, settings)
    except (TypeError, ValueError, IndexError, RuntimeError, ZeroDivisionError):
        try:
            found = run(ours, settings)
        except (TypeError, ValueError) as refusal:
            words = str(refusal)
            assert any(setting in words for setting in [*settings, "total_steps"]), words
            assert " must " in words
            assert ", got " in words
        else:  # a tensor of one number is that number for all settings, not only where the library has it so
            assert any(isinstance(value, torch.Tensor) and value.numel() == 1 for value in settings.values())
            assert torch.equal(
                found, run(ours, {key: v.item() if isinstance(v, torch.Tensor) else v for key, v in settings.items()})
            )
    else:
        torch.testing.assert_close(run(ours, settings), expected, equal_nan=True)


@pytest.mark.parametrize(("name", "settings"), CASES)
def test_optimizers_take_and_refuse_what_the_librarys_do(name, settings, without_shape_checks):
    compare(trained, getattr(torch.optim, name), getattr(scratch.optim, name), settings)


@pytest.mark.parametrize(("name", "settings"), SCHEDULES)
def test_schedules_take_and_refuse_what_the_librarys_do(name, settings, without_shape_checks):
    compare(rates, getattr(torch.optim.lr_scheduler, name), getattr(scratch.optim.lr_scheduler, name), settings)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda p: scratch.optim.SGD(p, lr=NAN), "lr must be a number, got nan"),
        (lambda p: scratch.optim.SGD(p, lr=True), "lr must be a number, got True"),
        (lambda p: scratch.optim.SGD(p, dampening="0.1"), "dampening must be a number, got the string '0.1'"),
        (lambda p: scratch.optim.Adam(p, betas=(0.9,)), r"betas must be 2 numbers in \[0, 1\), got \(0\.9,\)"),
        (lambda p: scratch.optim.Adam(p, betas=0.9), r"betas must be a sequence of 2 numbers in \[0, 1\), got 0\.9"),
        (
            lambda p: scratch.optim.lr_scheduler.StepLR(torch.optim.SGD(p), 2.5),
            r"step_size must be an integer, got 2\.5",
        ),
        (
            lambda p: scratch.optim.lr_scheduler.StepLR(torch.optim.SGD(p), 2, gamma=NAN),
            "gamma must be a number, got nan",
        ),
        (
            lambda p: scratch.optim.lr_scheduler.CosineAnnealingLR(torch.optim.SGD(p), -1),
            "T_max must be at least 1, got -1",
        ),
        (
            lambda p: scratch.optim.lr_scheduler.StepLR(torch.optim.SGD(p), 2, last_epoch=0.5),
            r"last_epoch must be an integer, got 0\.5",
        ),
    ],
)
def test_what_the_library_takes_without_a_meaning_is_refused(make, message, without_shape_checks):
    with pytest.raises((TypeError, ValueError), match=f"^{message}$"):
        make([nn.Parameter(torch.ones(2))])


@pytest.mark.parametrize("settings", [{}, {"weight_decay": 0.1}], ids=str)
@pytest.mark.parametrize("name", NUMBERS)
def test_a_complex_parameter_is_refused_wherever_it_comes_in(name, settings):
    optimizer = getattr(scratch.optim, name)
    real = nn.Parameter(torch.ones(2))
    for dtype in ("complex64", "complex128"):
        other = nn.Parameter(torch.ones(2, dtype=getattr(torch, dtype)))
        for params in ([other], [real, other], iter([other]), [{"params": [real]}, {"params": other}], [("w", other)]):
            with pytest.raises(TypeError, match=f"params must be real .*, got {dtype}"):
                optimizer(params, **settings)
        moves = optimizer([real], **settings)
        with pytest.raises(TypeError, match=f"params must be real .*, got {dtype}"):
            moves.add_param_group({"params": [other]})
        assert [group["params"] for group in moves.param_groups] == [[real]], "what was refused is not kept"
