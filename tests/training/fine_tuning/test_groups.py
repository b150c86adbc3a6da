from functools import partial

import pytest
import torch
from tests.training.examples import Blobs, assert_same_weights, task, weights
from torch import nn
from torch.nn import functional as F

from deepdive import scratch
from deepdive.training import DiscriminativeRates, MultiOutput, Output, Plan, Trainer, freeze, layer_groups
from deepdive.training.fine_tuning import without_decay_of_vectors

PLAN = Plan(total_steps=10, steps_per_epoch=5)
LAYERS = ["stem", ["middle.0", "middle.1"], "head"]


def network(nn=nn):
    torch.manual_seed(0)
    net = nn.Sequential()
    net.add_module("stem", nn.Linear(4, 8))
    net.add_module("middle", nn.Sequential(nn.Linear(8, 8), nn.BatchNorm1d(8), nn.ReLU()))
    net.add_module("head", nn.Linear(8, 3))
    return net


def names(groups):
    return [list(group) for group in groups]


def test_every_parameter_is_in_its_group():
    middle = ["middle.0.weight", "middle.0.bias", "middle.1.weight", "middle.1.bias"]
    whole = [["stem.weight", "stem.bias"], middle, ["head.weight", "head.bias"]]
    assert names(layer_groups(network(), LAYERS)) == whole
    assert names(layer_groups(network(), ["stem.", "middle", "head"])) == whole
    assert names(layer_groups(network(), ["head"])) == [["head.weight", "head.bias"]]


def test_a_prefix_is_a_path_and_the_longest_one_decides():
    net = nn.ModuleDict({"layer1": nn.Linear(1, 1), "layer10": nn.Linear(1, 1)})
    assert names(layer_groups(net, ["layer1"])) == [["layer1.weight", "layer1.bias"]]
    assert names(layer_groups(network(), ["middle.1", "middle", "head.bias"])) == [
        ["middle.1.weight", "middle.1.bias"], ["middle.0.weight", "middle.0.bias"], ["head.bias"],
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ([], "groups is empty; there must be at least one group of layers"),
        (
            ["stem", "heda"],
            r"groups has the layers 'heda', but Sequential has no parameters of its own there; near: head",
        ),
        ([""], "groups has the layers ''"),
        (["middle.2", "stem"], r"groups has the layers 'middle\.2', .*near: middle\.1, middle\.0"),
        (["stem", ["head", "stem."]], "groups has the layers 'stem' twice"),
        (["middle.0", "middle.1", "middle"], "groups has the layers 'middle', but"),
    ],
)
def test_layers_that_do_not_exist_are_named(groups, words):
    with pytest.raises(ValueError, match=words):
        layer_groups(network(), groups)


@pytest.mark.parametrize("toolkit", ["torch", "scratch"])
def test_each_layer_learns_at_its_own_rate(toolkit):
    """One step of plain gradient descent moves a layer by its own rate times the gradient."""
    net, optim = (network(), torch.optim) if toolkit == "torch" else (network(scratch), scratch.optim)
    one = task(net, optimizer=partial(optim.SGD, lr=9.0), parameter_groups=DiscriminativeRates(LAYERS, 0.1, 0.5))
    optimizer = one.configure_optimizers(PLAN).optimizer
    assert [group["lr"] for group in optimizer.param_groups] == [0.1, 0.05, 0.025]
    x, y = Blobs().x, Blobs().y
    F.cross_entropy(net(x), y).backward()
    before = weights(one)
    optimizer.step()
    for name, parameter in net.named_parameters():
        rate = {"stem": 0.025, "middle": 0.05, "head": 0.1}[name.partition(".")[0]]
        torch.testing.assert_close(before[name] - parameter.detach(), rate * parameter.grad, rtol=1e-4, atol=1e-7)


def test_with_a_decay_of_one_it_is_the_plain_optimiser():
    plain, grouped = network(), network()
    Trainer(epochs=2).fit(task(plain), Blobs())
    Trainer(epochs=2).fit(task(grouped, parameter_groups=DiscriminativeRates(LAYERS, 0.1, 1.0)), Blobs())
    assert_same_weights(grouped.state_dict(), plain.state_dict())


def test_what_is_frozen_is_not_in_the_optimiser():
    net = network()
    freeze(net, "stem")
    for groups in (None, DiscriminativeRates(LAYERS, 0.1)):
        optimizer = task(net, parameter_groups=groups).configure_optimizers(PLAN).optimizer
        held = {p for group in optimizer.param_groups for p in group["params"]}
        assert held == {p for name, p in net.named_parameters() if not name.startswith("stem")}
    freeze(net, ["middle", "head"])
    for groups in (None, DiscriminativeRates(LAYERS, 0.1)):
        with pytest.raises(ValueError, match="every parameter of Sequential is frozen; there is nothing to learn"):
            task(net, parameter_groups=groups).configure_optimizers(PLAN)


def test_what_learns_must_be_in_a_group():
    with pytest.raises(ValueError, match=r"stem\.weight, stem\.bias of Sequential are in no group; freeze or add them"):
        DiscriminativeRates(["middle", "head"], 0.1)(network())


def test_what_a_loss_learns_is_a_group_of_its_own():
    net = nn.ModuleDict({"a": nn.Linear(1, 1)})
    outputs = {"a": Output("regression")}
    rates = DiscriminativeRates(["a"], 0.5)
    one = MultiOutput(
        net, outputs, learn_weights=True, optimizer=partial(torch.optim.SGD, lr=0.1), parameter_groups=rates
    )
    found = one.configure_optimizers(PLAN).optimizer.param_groups
    assert [group["lr"] for group in found] == [0.5, 0.1]
    assert found[1]["params"] == [one.weighted_sum.log_variances]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"lr": -1.0}, r"lr is -1\.0; it must be from 0 up, and finite"),
        ({"lr": float("nan")}, "lr is nan"),
        ({"layer_lr_decay": 0.0}, r"layer_lr_decay must be above 0 and at most 1, got 0\.0"),
        ({"layer_lr_decay": 2.6}, r"layer_lr_decay .* got 2\.6"),
    ],
)
def test_a_rate_out_of_range_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        DiscriminativeRates(LAYERS, **{"lr": 0.1} | words)


def test_vectors_are_left_out_of_the_decay():
    net = network()
    vectors = [p for name, p in net.named_parameters() if name.endswith("bias") or name == "middle.1.weight"]
    matrices = [p for p in net.parameters() if not any(p is v for v in vectors)]
    for given in (net.parameters(), net.named_parameters()):
        first, second = without_decay_of_vectors(given)
        assert first["params"] == matrices
        assert "weight_decay" not in first
        assert second == {"params": vectors, "weight_decay": 0.0}
    groups = without_decay_of_vectors(DiscriminativeRates(LAYERS, 0.1, 0.5)(net))
    assert [(group["lr"], group.get("weight_decay")) for group in groups] == [
        (0.1, None), (0.1, 0.0), (0.05, None), (0.05, 0.0), (0.025, None), (0.025, 0.0),
    ]  # fmt: skip
    assert len(without_decay_of_vectors([net.head.weight])) == 1
