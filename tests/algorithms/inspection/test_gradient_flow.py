import copy
import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepdive import scratch
from deepdive.algorithms.inspection import gradient_flow
from deepdive.figures import to_svg
from deepdive.models.vision.lenet import LeNet


def cross_entropy(y):
    return lambda outputs: F.cross_entropy(outputs, y)


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
def test_norms_are_those_of_autograd(toolkit):
    torch.manual_seed(0)
    network, x, y = LeNet(nn=toolkit, modern=True), torch.randn(6, 1, 28, 28), torch.arange(6)
    flow = gradient_flow(network, x, cross_entropy(y))
    loss = F.cross_entropy(network(x), y)
    loss.backward()
    assert flow.loss == pytest.approx(float(loss.detach()))
    assert [p.name for p in flow.parameters] == [name for name, _ in network.named_parameters()]
    for found, parameter in zip(flow.parameters, network.parameters(), strict=True):
        assert found.gradient_norm == pytest.approx(float(parameter.grad.norm()), rel=1e-4)
        assert found.weight_norm == pytest.approx(float(parameter.detach().norm()), rel=1e-5)
    assert [layer.kind for layer in flow.layers] == [type(layer).__name__ for layer in network.net]


def test_outputs_and_gradients_of_layers():
    network = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    with torch.no_grad():
        network[0].weight[1] = 0
        network[0].bias[1] = -1.0  # a dead unit
    x = torch.randn(50, 3)
    flow = gradient_flow(network, x, lambda o: 3 * o.sum())
    linear, relu, last = flow.layers
    h = network[1](network[0](x)).detach()
    assert relu.dead >= 0.25
    assert linear.dead == 0
    assert relu.zeros == pytest.approx(float((h == 0).float().mean()))
    assert relu.mean == pytest.approx(float(h.mean()), rel=1e-5)
    assert relu.deviation == pytest.approx(float(h.std(correction=0)), rel=1e-5)
    assert last.gradient_norm == pytest.approx(3 * math.sqrt(100))
    assert relu.gradient_norm == pytest.approx(float((3 * torch.ones(50, 2) @ network[2].weight.detach()).norm()), rel=1e-5)


def test_the_network_stays_as_it_was():
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(4, 2))
    before, state = copy.deepcopy(network.state_dict()), torch.get_rng_state()
    gradient_flow(network, torch.randn(8, 3, generator=torch.Generator().manual_seed(0)), lambda o: o.square().mean())
    with pytest.raises(ValueError, match=r"loss gives shape \(8, 2\); it must be a single number"):
        gradient_flow(network, torch.ones(8, 3), lambda o: o)
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(p.grad is None for p in network.parameters())
    assert not any(module._forward_hooks for module in network.modules())
    assert network.training


def test_vanishing_gradients_show():
    torch.manual_seed(0)
    deep = nn.Sequential(*[part for _ in range(20) for part in (nn.Linear(16, 16), nn.Sigmoid())])
    flow = gradient_flow(deep, torch.randn(32, 16), lambda o: o.sum())
    norms = [layer.gradient_norm for layer in flow.layers]
    assert norms[0] < 1e-8 * norms[-1]
    svg = to_svg(flow.plot())
    assert b"norm of the gradient" in svg
    assert flow.layer_rows()[0]["kind"] == "Linear"
    assert flow.parameter_rows()[0]["ratio"] == flow.parameters[0].ratio


def test_parameters_without_effect_and_without_size():
    network = nn.ModuleDict({"used": nn.Linear(2, 1), "unused": nn.Linear(2, 1)})
    network.forward = lambda x: network["used"](x)
    nn.init.zeros_(network["used"].weight)
    flow = {p.name: p for p in gradient_flow(network, torch.ones(3, 2), lambda o: o.sum()).parameters}
    assert math.isnan(flow["unused.weight"].gradient_norm)
    assert flow["used.weight"].ratio == math.inf
    with pytest.raises(ValueError, match="does not depend on any parameter"):
        gradient_flow(nn.ReLU(), torch.ones(2, 2), lambda o: o.sum())
