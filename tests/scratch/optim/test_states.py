import copy

import pytest
import torch
from torch import nn

from deepdive.proofs import optimizer_difference
from deepdive.scratch import optim
from deepdive.twins import OPTIMIZERS

MAKERS = {
    "sgd": (optim.SGD, torch.optim.SGD, {"lr": 0.1, "momentum": 0.9, "nesterov": True}),
    "adam": (optim.Adam, torch.optim.Adam, {"lr": 0.1, "amsgrad": True}),
    "adamw": (optim.AdamW, torch.optim.AdamW, {"lr": 0.1, "weight_decay": 0.2}),
}


def problem(make, **arguments):
    parameters = [nn.Parameter(torch.tensor([3.0, -2.0])), nn.Parameter(torch.tensor(0.5))]
    return parameters, make([{"params": parameters[:1]}, {"params": parameters[1:], "lr": 0.05}], **arguments)


def descend(parameters, optimizer, steps):
    for _ in range(steps):
        optimizer.zero_grad()
        sum((p**2 + p.cos()).sum() for p in parameters).backward()
        optimizer.step()


@pytest.mark.parametrize("name", MAKERS)
@pytest.mark.parametrize("ours_first", [True, False], ids=["to-library", "from-library"])
def test_a_state_dict_continues_on_the_other_side(name, ours_first):
    ours, theirs, arguments = MAKERS[name]
    first, second = (ours, theirs) if ours_first else (theirs, ours)
    parameters, optimizer = problem(first, **arguments)
    descend(parameters, optimizer, 5)
    others, other = problem(second, **arguments)
    for a, b in zip(others, parameters, strict=True):
        a.data.copy_(b.data)
    other.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    descend(parameters, optimizer, 5)
    descend(others, other, 5)
    for a, b in zip(others, parameters, strict=True):
        torch.testing.assert_close(a, b)


def test_plain_descent_on_a_bowl_is_a_geometric_series():
    x = nn.Parameter(torch.tensor(1.0, dtype=torch.float64))
    optimizer = optim.SGD([x], lr=0.1)
    for _ in range(10):
        optimizer.zero_grad()
        (x**2).backward()
        optimizer.step()
    assert x.item() == pytest.approx((1 - 2 * 0.1) ** 10)


@pytest.mark.parametrize("make", [optim.Adam, optim.AdamW])
def test_the_first_step_of_adam_has_the_size_of_the_learning_rate(make):
    x = nn.Parameter(torch.tensor([5.0, -0.001]))
    x.grad = torch.tensor([100.0, -1e-3])
    make([x], lr=0.1, weight_decay=0.0).step()
    torch.testing.assert_close(x.detach(), torch.tensor([4.9, 0.099]), atol=1e-5, rtol=0)


@pytest.mark.parametrize("name", MAKERS)
def test_a_closure_gives_the_loss_and_gradients(name):
    make, _, arguments = MAKERS[name]
    x = nn.Parameter(torch.tensor(2.0))
    optimizer = make([x], **arguments)

    def closure():
        optimizer.zero_grad()
        loss = x**2
        loss.backward()
        return loss

    assert optimizer.step(closure).item() == 4.0
    assert x.item() < 2.0
    assert optimizer.step() is None


@pytest.mark.parametrize("name", MAKERS)
def test_a_parameter_without_gradient_stays(name):
    make, _, arguments = MAKERS[name]
    used, unused = nn.Parameter(torch.ones(1)), nn.Parameter(torch.ones(1))
    optimizer = make([used, unused], **arguments)
    used.grad = torch.ones(1)
    optimizer.step()
    assert unused.item() == 1
    assert unused not in optimizer.state
    assert used.item() != 1


@pytest.mark.parametrize("name", MAKERS)
def test_updates_do_not_touch_the_gradient(name):
    make, _, arguments = MAKERS[name]
    x = nn.Parameter(torch.ones(3))
    x.grad = torch.full((3,), 0.5)
    make([x], **{**arguments, "maximize": True, "weight_decay": 0.1}).step()
    assert x.grad.tolist() == [0.5] * 3


@pytest.mark.parametrize("make", [optim.SGD, optim.Adam, optim.AdamW])
@pytest.mark.parametrize("name", ["lr", "weight_decay"])
def test_a_negative_number_is_refused(make, name):
    with pytest.raises(ValueError, match=rf"{name} must not be negative, got -0\.1"):
        make([nn.Parameter(torch.ones(1))], **{name: -0.1})


@pytest.mark.parametrize(
    ("make", "arguments", "words"),
    [
        (optim.SGD, {"momentum": -1.0}, "momentum must not be negative"),
        (optim.SGD, {"nesterov": True}, "nesterov must have momentum above 0 and dampening 0, got 0.0 and 0.0"),
        (optim.SGD, {"nesterov": True, "momentum": 0.9, "dampening": 0.1}, r"got 0\.9 and 0\.1"),
        (optim.Adam, {"betas": (0.9, 1.0)}, r"betas must be 2 numbers in \[0, 1\), got \(0.9, 1.0\)"),
        (optim.AdamW, {"eps": -1.0}, "eps must not be negative"),
        (optim.Adam, {"lr": float("nan")}, "lr must be a number, got nan"),
    ],
)
def test_numbers_out_of_range_are_refused(make, arguments, words):
    with pytest.raises(ValueError, match=words):
        make([nn.Parameter(torch.ones(1))], **arguments)


OLDER = {"sgd": ("maximize", "nesterov"), "adam": ("maximize", "amsgrad"), "adamw": ("maximize", "amsgrad")}
"""What state dicts of older versions of the library lack."""


@pytest.mark.parametrize("name", MAKERS)
def test_a_state_of_an_older_version_continues_as_in_the_library(name):
    ours, theirs, arguments = MAKERS[name]
    arguments = {k: v for k, v in arguments.items() if k not in OLDER[name]}
    parameters, optimizer = problem(theirs, **arguments)
    descend(parameters, optimizer, 3)
    state = copy.deepcopy(optimizer.state_dict())
    for group in state["param_groups"]:
        for option in (*OLDER[name], "foreach", "capturable", "differentiable", "fused"):
            group.pop(option, None)
    for kept in state["state"].values():
        if "step" in kept:  # a plain number then
            kept["step"] = int(kept["step"])
    sides = []
    for make in (ours, theirs):
        others, other = problem(make, **arguments, maximize=True)  # the state decides, and says nothing: off
        for a, b in zip(others, parameters, strict=True):
            a.data.copy_(b.data)
        other.load_state_dict(copy.deepcopy(state))
        descend(others, other, 3)
        sides.append(others)
    for a, b in zip(*sides, strict=True):
        torch.testing.assert_close(a, b)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize(
    ("twin", "arguments"),
    [pytest.param(t, a, id=f"{n}-{i}") for n, t in OPTIMIZERS.items() for i, a in enumerate(t.arguments)],
)
def test_both_sides_go_on_from_each_others_state_in_the_middle_of_a_hundred_steps(twin, arguments, dtype):
    tolerance = 1e-10 if dtype == torch.float64 else 2e-5
    assert optimizer_difference(twin, arguments, dtype, swap_at=37) <= tolerance
