"""Optimisers and schedules by name, class, function or made: each the one that PyTorch would make."""

from functools import partial

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import ExponentialLR, ReduceLROnPlateau, StepLR

from deepdive import scratch
from deepdive.training import Classification, Plan
from deepdive.training.choices.named_optimizers import CLASSES
from deepdive.training.choices.named_schedules import SCHEDULES

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


@pytest.mark.parametrize("name", [name for name, kind in CLASSES.items() if hasattr(torch.optim, kind)])
def test_a_name_is_the_class_of_pytorch_with_its_defaults(name):
    kind = getattr(torch.optim, CLASSES[name])
    for written in (name, name.upper(), kind.__name__):
        optimizer = made(optimizer=written).optimizer
        assert type(optimizer) is kind
        assert optimizer.defaults == kind(network().parameters()).defaults
    assert made(optimizer=name, lr=0.25).optimizer.param_groups[0]["lr"] == 0.25


@pytest.mark.parametrize("name", ["lion", "yogi", "sophia-g", "schedule-free-adamw", "Schedule_Free_SGD"])
def test_what_pytorch_lacks_is_the_one_from_scratch(name):
    optimizer = made(optimizer=name, lr=0.25).optimizer
    assert type(optimizer).__module__.startswith("deepdive.scratch.optim")
    assert optimizer.param_groups[0]["lr"] == 0.25


def test_muon_has_the_hidden_weights_and_adamw_the_rest_also_of_groups():
    net = nn.Sequential(nn.Conv2d(1, 2, 3), nn.Flatten(), nn.Linear(8, 6), nn.BatchNorm1d(6), nn.Linear(6, 3))
    optimizer = made(network=net, optimizer="muon", lr=0.04).optimizer
    hidden, rest = optimizer.param_groups
    assert isinstance(optimizer, scratch.optim.MuonWithAdamW)
    assert {tuple(p.shape) for p in hidden["params"]} == {(2, 1, 3, 3), (6, 8)}
    assert {id(p) for group in (hidden, rest) for p in group["params"]} == {id(p) for p in net.parameters()}
    assert (hidden["muon"], hidden["lr"], rest["muon"], rest["lr"]) == (True, 0.04, False, 0.003)
    groups = lambda network: [{"params": network[:3].parameters(), "lr": 0.01}, {"params": network[3:].parameters()}]  # noqa: E731
    grouped = made(network=net, optimizer="muon", parameter_groups=groups).optimizer.param_groups
    rates = [(group["muon"], group["lr"], len(group["params"])) for group in grouped]
    assert rates == [(True, 0.01, 2), (False, pytest.approx(0.0015), 2), (False, pytest.approx(0.003), 4)]


def test_muon_without_a_hidden_weight_is_refused():
    with pytest.raises(ValueError, match=r"optimizer must be another than muon where no layer between .* 2 parameters"):
        made(optimizer="muon")


@pytest.mark.parametrize("name", SCHEDULES)
def test_a_schedule_by_name_begins_at_or_below_the_rate_and_survives_a_step_past_the_last(name):
    told = made(optimizer="sgd", lr=0.5, schedule=name)
    for _ in range(PLAN.total_steps):
        assert 0 <= told.optimizer.param_groups[0]["lr"] <= 0.5
        told.optimizer.step()
        if told.schedule is not None:
            told.schedule.step()
    assert (told.schedule is None) == (name == "constant")


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
        ({"schedule": "cosin"}, ValueError, "schedule must be the name of one, got 'cosin'; did you mean 'cosine'"),
        ({"optimizer": "lbfgs"}, ValueError, "optimizer must take a step without a closure, got 'lbfgs'"),
        ({"optimizer": torch.optim.LBFGS}, ValueError, "optimizer must take a step without a closure, got LBFGS"),
        ({"optimizer": 0.1}, TypeError, r"optimizer must be a name, a class, .* got 0\.1"),
        ({"optimizer": lambda params: None}, TypeError, "optimizer must make a torch optimiser, got None"),
        ({"optimizer": other()}, ValueError, r"from the network's parameters, got AdamW with 2 of 2 .* \(2, 5\)"),
        ({"optimizer": other(), "lr": 0.1}, ValueError, r"lr must be None where optimizer is made already, got 0\.1"),
        ({"optimizer": partial(torch.optim.SGD, lr=0.1), "lr": 0.2}, ValueError, r"lr must .* 0\.2 beside 0\.1"),
        ({"lr": -1.0}, ValueError, r"lr must be at least 0, got -1\.0"),
        ({"lr": "fast"}, TypeError, "lr must be a number, got the string 'fast'"),
        ({"schedule": 3}, TypeError, "schedule must be a name, a function of .*, or a schedule, got 3"),
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
