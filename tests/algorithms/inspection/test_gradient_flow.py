import copy
import math

import pytest
import torch
from torch import nn
from torch.nn import functional as F

from deepdive import scratch
from deepdive.algorithms.inspection import gradient_flow, gradient_flow_figure
from deepdive.figures import to_svg
from deepdive.models.vision.lenet import LeNet


@pytest.mark.parametrize("toolkit", [nn, scratch], ids=["torch", "scratch"])
def test_norms_are_those_of_autograd(toolkit):
    torch.manual_seed(0)
    network, x, y = LeNet(nn=toolkit, modern=True), torch.randn(6, 1, 28, 28), torch.arange(6)
    flow = gradient_flow(network, (x, y), toolkit.CrossEntropyLoss())
    loss = F.cross_entropy(network(x), y)
    loss.backward()
    assert flow.loss == pytest.approx(float(loss.detach()))
    assert [p.name for p in flow.parameters] == [name for name, _ in network.named_parameters()]
    for found, parameter in zip(flow.parameters, network.parameters(), strict=True):
        assert found.gradient_norm == pytest.approx(float(parameter.grad.norm()), rel=1e-4)
        assert found.weight_norm == pytest.approx(float(parameter.detach().norm()), rel=1e-5)
        assert found.ratio == pytest.approx(found.gradient_norm / found.weight_norm)
        assert found.zeros == pytest.approx(float((parameter.grad == 0).float().mean()), abs=1e-3)
        assert found.used
    assert [layer.kind for layer in flow.layers] == [type(layer).__name__ for layer in network.net]


def test_outputs_and_gradients_of_layers():
    torch.manual_seed(0)
    network = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2))
    with torch.no_grad():
        network[0].weight[1] = 0
        network[0].bias[1] = -1.0  # a dead unit
    x = torch.randn(50, 3)
    linear, relu, last = gradient_flow(network, (x, x), lambda o, _: 3 * o.sum()).layers
    h = network[1](network[0](x)).detach()
    assert linear.dead == 0
    assert relu.dead == 0.25
    assert relu.zeros == pytest.approx(float((h == 0).float().mean()))
    assert relu.mean == pytest.approx(float(h.mean()), rel=1e-5)
    assert relu.std == pytest.approx(float(h.std(correction=0)), rel=1e-5)
    assert last.gradient_norm == pytest.approx(3 * math.sqrt(100))
    through = 3 * torch.ones(50, 2) @ network[2].weight.detach()
    assert relu.gradient_norm == pytest.approx(float(through.norm()), rel=1e-5)


def test_a_dead_channel_is_zero_everywhere():
    network = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU())
    with torch.no_grad():
        network[0].weight[2] = 0
        network[0].bias[2] = -1
        network[0].bias[[0, 1, 3]] = 5
    flow = gradient_flow(network, (torch.rand(3, 1, 6, 6), torch.zeros(3)), lambda o, _: o.sum())
    assert flow.layers[1].dead == 0.25
    assert flow.parameters[0].zeros == 0.25, "nothing flows back into it"


def test_the_network_stays_as_it_was():
    network = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(inplace=True), nn.Dropout(0.5), nn.Linear(4, 2))
    before, state = copy.deepcopy(network.state_dict()), torch.get_rng_state()
    batch = torch.ones(8, 3) + torch.arange(8)[:, None], torch.zeros(8, 2)
    gradient_flow(network, batch, nn.MSELoss())
    with pytest.raises(ValueError, match=r"loss must be a single number, got the shape \(8, 2\)"):
        gradient_flow(network, batch, nn.MSELoss(reduction="none"))
    assert torch.equal(torch.get_rng_state(), state)
    assert all(torch.equal(value, before[name]) for name, value in network.state_dict().items())
    assert all(p.grad is None for p in network.parameters())
    assert not any(module._forward_hooks for module in network.modules())
    assert network.training


def test_vanishing_gradients_show():
    torch.manual_seed(0)
    deep = nn.Sequential(*[part for _ in range(20) for part in (nn.Linear(16, 16), nn.Sigmoid())])
    flow = gradient_flow(deep, (torch.randn(32, 16), torch.zeros(32)), lambda o, _: o.sum())
    norms = [layer.gradient_norm for layer in flow.layers]
    assert norms[0] < 1e-8 * norms[-1]
    assert flow.layer_rows()[0]["layer"] == "0 (Linear)"
    assert flow.parameter_rows()[0]["ratio"] == flow.parameters[0].ratio
    figure = gradient_flow_figure(flow)
    assert figure.axes[0].get_yscale() == "log"
    assert figure.axes[0].lines[1].get_ydata() == pytest.approx([p.gradient_norm for p in flow.parameters])
    assert b"gradient norm" in to_svg(figure)


def test_several_inputs_shared_layers_and_parameters_without_effect():
    class Two(nn.Module):
        def __init__(self):
            super().__init__()
            self.shared, self.unused = nn.Linear(2, 1), nn.Linear(2, 1)

        def forward(self, a, b):
            return self.shared(a) - self.shared(b)

    a, b = torch.randn(5, 2), torch.randn(5, 2)
    flow = gradient_flow(Two(), (a, b, torch.zeros(5, 1)), nn.MSELoss())
    assert [layer.name for layer in flow.layers] == ["shared", "shared"]
    used = {p.name: p.used for p in flow.parameters}
    assert used == {"shared.weight": True, "shared.bias": True, "unused.weight": False, "unused.bias": False}
    assert flow.parameters[2].gradient_norm == 0


def test_a_bias_that_starts_at_zero_has_no_ratio():
    network = nn.Linear(2, 1)
    nn.init.zeros_(network.bias)
    flow = gradient_flow(network, (torch.ones(3, 2), torch.ones(3, 1)), nn.MSELoss())
    assert math.isnan(flow.parameters[1].ratio)
    assert flow.parameter_rows()[1]["ratio"] is None


def test_what_cannot_be_looked_at_is_refused():
    x = torch.ones(2, 2)
    with pytest.raises(ValueError, match="network has no parameter that is learnt"):
        gradient_flow(nn.ReLU(), (x, x), nn.MSELoss())
    with pytest.raises(ValueError, match="batch must be inputs and targets, got 1 fields"):
        gradient_flow(nn.Linear(2, 2), (x,), nn.MSELoss())
    with pytest.raises(ValueError, match=r"the sizes of 0 \(LazyLinear\) are read off the first batch"):
        gradient_flow(nn.Sequential(nn.LazyLinear(2)), (x, x), nn.MSELoss())
    with pytest.raises(ValueError, match="loss does not depend on any parameter"):
        gradient_flow(nn.Linear(2, 2), (x, x), lambda o, y: y.sum())
