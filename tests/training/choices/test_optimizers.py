"""Optimisers and schedules by name, class, function or made: each the one that PyTorch would make."""

from functools import partial

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import ExponentialLR, ReduceLROnPlateau, StepLR

from deepdive.training import Classification, Plan
from deepdive.training.choices.optimizers import NAMES

PLAN = Plan(total_steps=10, steps_per_epoch=5)


@pytest.fixture(scope="module", autouse=True)
def plain(without_shape_checks):
    """Arguments of any kind reach the library, as they do for a user."""


def network():
    torch.manual_seed(0)
    return nn.Linear(4, 3)


def made(**words):
    net = words.pop("network", None) or network()
    return Classification(net, **words).configure_optimizers(PLAN)


def test_the_default_is_adam_at_a_thousandth():
    optimizer = made().optimizer
    assert (type(optimizer), optimizer.param_groups[0]["lr"]) == (torch.optim.Adam, 0.001)


@pytest.mark.parametrize("name", NAMES)
def test_a_name_is_the_class_of_pytorch_with_its_defaults(name):
    for written in (name, name.upper(), NAMES[name].__name__):
        optimizer = made(optimizer=written).optimizer
        assert type(optimizer) is NAMES[name]
        assert optimizer.defaults == NAMES[name](network().parameters()).defaults
    assert made(optimizer=name, lr=0.25).optimizer.param_groups[0]["lr"] == 0.25


@pytest.mark.parametrize(
    "choice", [torch.optim.SGD, partial(torch.optim.SGD, momentum=0.5), lambda p, lr=0.5: torch.optim.SGD(p, lr)]
)
def test_a_class_a_partial_and_a_function(choice):
    assert made(optimizer=choice, lr=0.25).optimizer.param_groups[0]["lr"] == 0.25
    assert isinstance(made(optimizer=choice).optimizer, torch.optim.SGD)


def test_one_that_is_made_is_taken_with_its_groups_and_its_schedule():
    net = network()
    optimizer = torch.optim.SGD([{"params": [net.weight], "lr": 0.1}, {"params": [net.bias], "lr": 0.2}])
    schedule = ExponentialLR(optimizer, 0.5)
    told = made(network=net, optimizer=optimizer, schedule=schedule, interval="epoch")
    assert (told.optimizer, told.schedule, told.interval) == (optimizer, schedule, "epoch")
    assert made(network=net, optimizer=torch.optim.SGD([net.bias])).optimizer.param_groups[0]["params"] == [net.bias]


@pytest.mark.parametrize(
    "schedule", [partial(StepLR, step_size=3), lambda optimizer, plan: StepLR(optimizer, plan.total_steps)]
)
def test_a_schedule_by_class_or_by_function(schedule):
    assert isinstance(made(schedule=schedule).schedule, StepLR)


def other(kind=torch.optim.AdamW):
    return kind(nn.Linear(5, 2).parameters())


@pytest.mark.parametrize(
    ("words", "error", "message"),
    [
        ({"optimizer": "adm"}, ValueError, "optimizer must be the name of one, got 'adm'; did you mean 'adam'"),
        ({"optimizer": "xyz"}, ValueError, "optimizer must be the name of one, got 'xyz'; there are sgd, adam"),
        ({"optimizer": "lbfgs"}, ValueError, "optimizer must take a step without a closure, got 'lbfgs'"),
        ({"optimizer": torch.optim.LBFGS}, ValueError, "optimizer must take a step without a closure, got LBFGS"),
        ({"optimizer": 0.1}, TypeError, r"optimizer must be a name, a class, .* got 0\.1"),
        ({"optimizer": lambda params: None}, TypeError, "optimizer must make a torch optimiser, got None"),
        ({"optimizer": other()}, ValueError, r"from the network's parameters, got AdamW with 2 of 2 .* \(2, 5\)"),
        ({"optimizer": other(), "lr": 0.1}, ValueError, r"lr must be None where optimizer is made already, got 0\.1"),
        ({"optimizer": partial(torch.optim.SGD, lr=0.1), "lr": 0.2}, ValueError, r"lr must .* 0\.2 beside 0\.1"),
        ({"lr": -1.0}, ValueError, r"lr must be at least 0, got -1\.0"),
        ({"lr": "fast"}, TypeError, "lr must be a number, got the string 'fast'"),
        ({"schedule": 3}, TypeError, "schedule must be a function of the optimiser and the plan, or a schedule, got 3"),
        ({"schedule": StepLR(other(), 1)}, ValueError, "schedule must be one of optimizer, got a StepLR of another"),
        ({"schedule": ReduceLROnPlateau}, ValueError, "schedule must move by steps or epochs alone, got ReduceLROnPl"),
    ],
)  # fmt: skip
def test_what_is_refused(words, error, message):
    with pytest.raises(error, match=message):
        made(**words)


def test_groups_and_a_made_optimiser_are_too_much():
    net = network()
    with pytest.raises(ValueError, match="parameter_groups must be None where optimizer is made already"):
        made(network=net, optimizer=torch.optim.SGD(net.parameters()), parameter_groups=lambda network: [])
