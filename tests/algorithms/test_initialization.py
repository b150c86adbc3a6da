import doctest

import pytest
import torch
from torch import nn

from deepdive import scratch
from deepdive.algorithms import initialization
from deepdive.algorithms.initialization import initialize
from deepdive.models import LeNet

TOOLKITS = pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])


@TOOLKITS
def test_the_same_rules_serve_both_toolkits(toolkit):
    network = LeNet(nn=toolkit)
    last = network.net[11].weight.detach().clone()
    applied = initialize(
        network,
        {
            "Conv2d": lambda layer: toolkit.init.constant_(layer.weight, 0.5),
            "Linear": lambda layer: toolkit.init.zeros_(layer.bias),
            "net.11": lambda layer: toolkit.init.ones_(layer.bias),
        },
    )
    assert applied == {"Conv2d": ["net.0", "net.3"], "Linear": ["net.7", "net.9"], "net.11": ["net.11"]}
    assert (network.net[0].weight == 0.5).all()
    assert (network.net[9].bias == 0).all()
    assert (network.net[11].bias == 1).all()
    assert torch.equal(network.net[11].weight, last)


def test_a_shared_layer_gets_its_values_once():
    shared, seen = nn.Linear(2, 2), []
    initialize(nn.Sequential(shared, nn.ReLU(), shared), {"Linear": seen.append})
    assert seen == [shared]


def test_a_rule_of_ones_own_draws_what_it_likes():
    """D2L's: a half of the weights 0, the others uniform in ±(5 to 10)."""

    def sparse(layer):
        with torch.no_grad():
            layer.weight.uniform_(-10, 10)
            layer.weight *= layer.weight.abs() >= 5

    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(200, 200))
    initialize(network, {"Linear": sparse})
    sizes = network[0].weight.detach().abs()
    assert ((sizes == 0) | (sizes >= 5)).all()
    assert (sizes == 0).float().mean().item() == pytest.approx(0.5, abs=0.02)


def test_a_rule_that_fits_nothing_is_named_and_nothing_is_changed():
    network = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    before = network[0].weight.detach().clone()
    with pytest.raises(ValueError, match=r"no layer is, or is a, Conv3d; the network has .* of kind Linear"):
        initialize(network, {"Linear": lambda layer: nn.init.zeros_(layer.weight), "Conv3d": lambda layer: None})
    assert torch.equal(network[0].weight, before)


@TOOLKITS
def test_sizes_must_be_known(toolkit):
    network = nn.Sequential(toolkit.LazyLinear(2))
    with pytest.raises(ValueError, match=r"sizes of 0 \(LazyLinear\) are read off the first batch, and none has come"):
        initialize(network, {"LazyLinear": lambda layer: None})
    network(torch.ones(1, 3))
    assert initialize(network, {"Linear": lambda layer: toolkit.init.eye_(layer.weight)}) == {"Linear": ["0"]}


def test_the_example_in_its_docstring():
    assert doctest.testmod(initialization).failed == 0
